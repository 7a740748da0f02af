"""Addresses that people know from Mastodon's web pages, and where the same thing is here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from torg.http import Call, Routes
from torg.web.forms import Look

routes = Routes("pages")

KNOWN = {
    "/home": "/",
    "/getting-started": "/",
    "/web": "/",
    "/publish": "/compose",
    "/conversations": "/messages",
    "/public/local": "/public?only=local",
    "/public/remote": "/public?only=remote",
    "/deck": "/columns",
    "/disputes/strikes": "/settings/warnings",
    "/keyboard-shortcuts": "/keyboard",
}


class Named(Look, kw_only=True):
    handle: str


def leads_to(goal: str) -> Callable[[Call], Awaitable[Response]]:
    """The handler of an address that leads on."""

    async def onward(call: Call) -> Response:
        return RedirectResponse(goal, 302, {"Cache-Control": "public, max-age=86400"})

    return onward


@routes.get("/@{handle}/with_replies", auth="none", tx=False, hidden=True)
async def with_replies(call: Call, params: Named) -> Response:
    """A profile with what its account answers to others."""
    return RedirectResponse(f"/@{quote(params.handle, safe='@')}?show=replies", 302)


@routes.get("/@{handle}/media", auth="none", tx=False, hidden=True)
async def media(call: Call, params: Named) -> Response:
    """A profile with pictures, films and sounds alone."""
    return RedirectResponse(f"/@{quote(params.handle, safe='@')}?show=media", 302)


for _known, _goal in KNOWN.items():
    routes.get(_known, auth="none", tx=False, hidden=True)(leads_to(_goal))
