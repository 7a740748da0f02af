"""What the member's own pages share: the member or the way in, the sender of a form, and where to go on."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from torg.http import Call
from torg.http.browser import expired_form, is_ours
from torg.web.forms import Look
from torg.web.visitor import Visitor, visitor_of


async def member(call: Call, lang: str | None) -> Visitor | Response:
    """The member who looks, or the way to the login and back here."""
    visitor = await visitor_of(call, lang)
    if visitor.account is None:
        goal = call.request.url.path if call.request.method == "GET" else "/"
        return onward(f"/auth/sign_in?{urlencode({'next': goal})}")
    return visitor


async def sender(call: Call, form: Look, csrf: str | None) -> Visitor | Response:
    """The member who sent a form of ours."""
    visitor = await member(call, form.lang)
    if isinstance(visitor, Visitor) and not is_ours(call, csrf):
        return expired_form(call, visitor.language)
    return visitor


def onward(path: str) -> Response:
    """After a form: a page, by GET."""
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})
