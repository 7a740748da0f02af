"""The page of the keyboard shortcuts that frontend/src/keys.js knows; `?` leads to it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from torg.http import Call, Routes
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.present import presenting
from torg.web.visitor import kept_out, visitor_of

routes = Routes("pages")


def _(text: str) -> str:
    """Marks a text for translation; the page translates it."""
    return text


#: (heading, ((keys to be pressed one after the other, alternatives), what they do))
SHORTCUTS: Sequence[tuple[str, Sequence[tuple[Sequence[str], str]]]] = (
    (_("Among posts"), (
        (("j",), _("The next post")),
        (("k",), _("The post before")),
        (("o", "Enter"), _("Open the post")),
        (("x",), _("Open or close a content warning")),
    )),
    (_("With the post that you are at"), (
        (("r",), _("Reply")),
        (("f",), _("Favourite")),
        (("b",), _("Boost")),
        (("d",), _("Bookmark")),
        (("q",), _("Quote")),
    )),
    (_("Write and search"), (
        (("n", "c"), _("Write a post")),
        (("Esc",), _("Leave the field")),
        (("/",), _("Search")),
    )),
    (_("Go to"), (
        (("g h",), _("Home")),
        (("g n",), _("Notifications")),
        (("g l",), _("Everybody")),
        (("g p",), _("Your profile")),
        (("g u",), _("Favourites")),
        (("g s",), _("Search")),
        (("?",), _("This page")),
    )),
)  # fmt: skip


@routes.get("/keyboard", auth="none", hidden=True)
async def index(call: Call, params: Look) -> Response:
    """The shortcuts, for whoever may look at pages here."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    return answer(visitor, "keyboard.html", await presenting(call.tx, visitor, []), shortcuts=SHORTCUTS)
