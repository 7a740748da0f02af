"""What the login pages share: http/browser's session and forms, and how a session begins."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from torg.access import sessions
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call
from torg.http.browser import VISITOR, expired_form, is_ours, local, set_cookie, show, signed_in

__all__ = ["VISITOR", "expired_form", "is_ours", "local", "log_in", "set_cookie", "show", "signed_in"]


async def log_in(call: Call, tx: Tx, account: Account, goal: str) -> Response:
    """Begin a session and go on to `goal`. AddressRefused from outside the network's ranges."""
    await call.services.gate.address(call.network, call.client_ip, account.id, account.role_id)
    agent = call.request.headers.get("user-agent", "")
    secret = await sessions.begin(tx, account.id, ip=call.client_ip, user_agent=agent)
    response = RedirectResponse(goal, 303, {"Cache-Control": "no-store"})
    set_cookie(call, response, sessions.COOKIE, secret, seconds=int(sessions.LIFETIME.total_seconds()))
    response.delete_cookie(VISITOR, path="/", httponly=True, samesite="lax")
    return response
