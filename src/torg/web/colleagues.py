"""What the pages of colleagues share: they are for members, and stand beside each other in a row of links."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from torg.http import Call
from torg.http.browser import expired_form, is_ours
from torg.web.visitor import Visitor, visitor_of


async def member(call: Call, lang: str | None) -> Visitor | Response:
    """The member who looks, or the way to the login and back, whatever the address (DESIGN §2.4)."""
    visitor = await visitor_of(call, lang)
    if visitor.account is not None:
        return visitor
    url = call.request.url
    goal = f"{url.path}?{url.query}" if url.query else url.path
    return RedirectResponse(f"/auth/sign_in?{urlencode({'next': goal})}", 303, {"Cache-Control": "no-store"})


async def sender(call: Call, lang: str | None, csrf: str | None) -> Visitor | Response:
    """The member who sent one of our forms, else where he or she is led."""
    visitor = await visitor_of(call, lang)
    if visitor.account is None:
        return RedirectResponse("/auth/sign_in", 303, {"Cache-Control": "no-store"})
    if not is_ours(call, csrf):
        return expired_form(call, visitor.language)
    return visitor
