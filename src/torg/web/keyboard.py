"""The page of the keyboard shortcuts (shortcuts.py); `?` shows its list above the page that one is on."""

from __future__ import annotations

from starlette.responses import Response

from torg.http import Call, Routes
from torg.web import shortcuts
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.present import presenting
from torg.web.visitor import kept_out, visitor_of

routes = Routes("pages")


class Whole(Look, kw_only=True):
    """`part`: the list alone, to be shown above another page."""

    part: bool = False


@routes.get("/keyboard", auth="none", hidden=True)
async def index(call: Call, params: Whole) -> Response:
    """The shortcuts, for whoever may look at pages here."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    template = "_shortcuts.html" if params.part else "keyboard.html"
    at = await presenting(call.tx, visitor, [])
    return answer(visitor, template, at, shortcuts=shortcuts.TABLE, names=shortcuts.NAMES)
