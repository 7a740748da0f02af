"""Addresses that people know from Mastodon's web pages, and where the same thing is here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import RedirectResponse, Response

from torg.http import Call, Routes

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
    "/keyboard-shortcuts": "/keyboard",
}


def leads_to(goal: str) -> Callable[[Call], Awaitable[Response]]:
    """The handler of an address that leads on."""

    async def onward(call: Call) -> Response:
        return RedirectResponse(goal, 302, {"Cache-Control": "public, max-age=86400"})

    return onward


for _known, _goal in KNOWN.items():
    routes.get(_known, auth="none", tx=False, hidden=True)(leads_to(_goal))
