"""What the login pages share: http/browser's session and forms, and how a session begins."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from torg.access import half_logins, second_factors, sessions
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call
from torg.http.browser import VISITOR, expired_form, is_ours, local, set_cookie, show, signed_in

__all__ = ["VISITOR", "begin", "expired_form", "is_ours", "local", "log_in", "set_cookie", "show", "signed_in"]

SECOND = {"code": "/auth/second", "setup": "/auth/second/new"}


async def log_in(call: Call, tx: Tx, account: Account, goal: str) -> Response:
    """Begin a session and go on to `goal`, or ask for the second factor first. AddressRefused from outside the
    network's ranges. Every login by a password or a mailed link comes through here."""
    await call.services.gate.address(call.network, call.client_ip, account.id, account.role_id)
    wanted = await second_factors.wanted(tx, call.network, account)
    if not wanted:
        return await begin(call, tx, account, RedirectResponse(goal, 303))
    secret = await half_logins.begin(tx, account.id, goal)
    response = RedirectResponse(SECOND[wanted], 303, {"Cache-Control": "no-store"})
    set_cookie(call, response, half_logins.COOKIE, secret, seconds=int(half_logins.LIFETIME.total_seconds()))
    return response


async def begin(call: Call, tx: Tx, account: Account, response: Response) -> Response:
    """The answer with which a session begins."""
    agent = call.request.headers.get("user-agent", "")
    secret = await sessions.begin(tx, account.id, ip=call.client_ip, user_agent=agent)
    response.headers["Cache-Control"] = "no-store"
    set_cookie(call, response, sessions.COOKIE, secret, seconds=int(sessions.LIFETIME.total_seconds()))
    response.delete_cookie(VISITOR, path="/", httponly=True, samesite="lax")
    return response
