"""What every page with a login shares: the session's account, the proof that a form is ours (CSRF), safe ways back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from torg.access import sessions
from torg.http.pages import language_of, page
from torg.orgs.policies import session_seconds
from torg.policies.errors import AddressRefused

if TYPE_CHECKING:
    from starlette.responses import Response

    from torg.accounts.model import Account
    from torg.engine.postgres import Tx
    from torg.http.call import Call

VISITOR = "torg_visitor"


async def signed_in(call: Call, tx: Tx, *, held: bool = True) -> Account | None:
    """The account that this browser is logged in as, in this network.

    AddressRefused from outside the network's ranges (where anybody may read, the browser then counts as a
    stranger's). NotAccepted, which leads to its page, before the usage policy is accepted; not if `held` is off.
    """
    longest, idle = session_seconds(call.network.settings)
    secret = call.request.cookies.get(sessions.COOKIE)
    account = await sessions.account_of(tx, secret, ip=call.client_ip, longest=longest, idle=idle)
    if account is None:
        return None
    try:
        await call.services.gate.address(call.network, call.client_ip, account.id, account.role_id)
    except AddressRefused:
        if call.network.is_public:
            return None
        raise
    if held:
        call.services.gate.accepted(call.network, account.policy_version, call.origin)
    return account


def show(call: Call, template: str, *, status: int = 200, language: str | None = None, **values: Any) -> Response:
    """A page with forms: they carry `csrf`, made from a cookie that only our own pages can have set."""
    seed = _seed(call)
    fresh = seed or secrets.token_urlsafe(32)
    response = page(call, template, status=status, language=language or language_of(call), csrf=_mark(fresh), **values)
    if seed is None:
        set_cookie(call, response, VISITOR, fresh)
    return response


def is_ours(call: Call, given: str | None) -> bool:
    """Whether a form was sent from one of our own pages in this browser."""
    origin = call.request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != call.network.host:
        return False
    seed = _seed(call)
    return seed is not None and hmac.compare_digest(_mark(seed).encode(), (given or "").encode())


def expired_form(call: Call, language: str | None = None) -> Response:
    """The page for a form that was not sent from here, or too late."""
    return page(call, "problem.html", status=403, language=language or language_of(call), problem="form", detail="")


def mark(call: Call) -> str:
    """The `csrf` of this browser's forms, for parts of a page that come after it."""
    return _mark(_seed(call) or "")


def _seed(call: Call) -> str | None:
    cookies = call.request.cookies
    return cookies.get(sessions.COOKIE) or cookies.get(VISITOR) or None


def _mark(seed: str) -> str:
    return hashlib.sha256(b"form:" + seed.encode()).hexdigest()


def set_cookie(call: Call, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """A cookie for this host alone, out of reach of scripts, not sent with other sites' forms."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=call.origin.startswith("https:")
    )


def local(goal: str | None) -> str:
    """A path of ours to go on to; anything else becomes the front page, so that nobody is led away."""
    if not goal or not goal.startswith("/") or goal.startswith(("//", "/\\")) or not goal.isprintable():
        return "/"
    return goal
