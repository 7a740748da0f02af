"""Logging in and out in a browser."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.access import letters, persons, sessions
from torg.access.model import Person
from torg.access.tokens import digest
from torg.accounts.model import Account
from torg.engine.limits import Quota
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.pages import language_of
from torg.kernel.clock import now
from torg.oauth.browser import VISITOR, expired_form, is_ours, local, log_in, show, signed_in
from torg.policies.errors import AddressRefused
from torg.text.messages import marked as _

routes = Routes("oauth")


WRONG = _("The e-mail address or the password is wrong.")
BARRED = {
    "unconfirmed": _("Confirm your e-mail address first: the link is in the mail that we sent you."),
    "pending": _("Your account is waiting for a moderator's approval."),
    "disabled": _("This login is disabled at present."),
    "elsewhere": _("You have no account in this network."),
}
TOO_OFTEN = _("Too many attempts for this e-mail address. Wait a quarter of an hour, or choose a new password by mail.")
OUTSIDE = _("From where you are, one cannot log in to this network. Use the company's own connection.")
WINDOW = 900


class Before(msgspec.Struct, kw_only=True):
    next: str | None = None
    lang: str | None = None


class Credentials(Before, kw_only=True):
    email: str = ""
    password: str = ""
    csrf: str | None = None


class Ours(msgspec.Struct, kw_only=True):
    csrf: str | None = None


@routes.get("/auth/sign_in", auth="none", hidden=True)
async def form(call: Call, params: Before) -> Response:
    """The login form; whoever is logged in already goes on."""
    if await signed_in(call, call.tx) is not None:
        return RedirectResponse(local(params.next), 303)
    return _form(call, params, "", "", 200)


def _form(call: Call, params: Before, email: str, wrong: str, status: int) -> Response:
    return show(
        call,
        "sign_in.html",
        status=status,
        language=language_of(call, params.lang),
        goal=local(params.next),
        email=email,
        wrong=wrong,
        closed=wrong == BARRED["disabled"],
        app=None,
    )


@routes.post("/auth/sign_in", auth="none", tx=False, limit="login", hidden=True)
async def enter(call: Call, form: Credentials) -> Response:
    """Check the password (off the event loop) and begin a session. Nothing tells a stranger which half was wrong."""
    if not is_ours(call, form.csrf):
        return expired_form(call, language_of(call, form.lang))
    if await _too_often(call, form.email):
        return _form(call, form, form.email, TOO_OFTEN, 429)
    person = await persons.verified(call.db, call.network.scope, form.email, form.password)
    if person is None:
        return _form(call, form, form.email, WRONG, 422)
    async with call.db.tx(call.network.scope) as tx:
        account = await persons.account_here(tx, person.id)
        barred = _barred(account)
        if account is not None and barred is None:
            await _drop_old(call, tx)
            if _outworn(call, person):
                secret = await letters.prove(tx, "reset", person, account.id, person.email)
                return RedirectResponse(f"/auth/password/edit?{urlencode({'reset_password_token': secret})}", 303)
            try:
                return await log_in(call, tx, account, local(form.next))
            except AddressRefused:
                return _form(call, form, form.email, OUTSIDE, 403)
    return _form(call, form, form.email, BARRED[barred or "elsewhere"], 403)


async def _too_often(call: Call, email: str) -> bool:
    """Whether this address has been tried too often of late; known or not, so that it does not tell."""
    most = call.network.settings.login_attempts
    if most is None:
        return False
    key = f"attempts:{call.network.org_id}:{digest(email.strip().lower()).hex()}"
    verdict = await call.services.limits.hit(key, Quota(most, WINDOW))
    return not verdict.allowed


def _outworn(call: Call, person: Person) -> bool:
    """Whether the password is older than the network lets one grow: it is good for choosing another one only."""
    days = call.network.settings.password_max_days
    return days is not None and person.password_changed_at < now() - timedelta(days=days)


def _barred(account: Account | None) -> str | None:
    if account is None:
        return "elsewhere"
    if account.disabled_at is not None or account.suspended_at is not None:
        return "disabled"
    return account.state if account.state in BARRED else None


async def _drop_old(call: Call, tx: Tx) -> None:
    """A new login never continues an old session (session fixation)."""
    await sessions.end(tx, call.request.cookies.get(sessions.COOKIE))


@routes.get("/auth/sign_out", auth="none", hidden=True)
async def ask_out(call: Call, params: Before) -> Response:
    """A button, since following a link must not log anybody out."""
    account = await signed_in(call, call.tx, held=False)
    if account is None:
        return RedirectResponse("/auth/sign_in", 303)
    return show(call, "sign_out.html", language=language_of(call, params.lang), account=account)


@routes.post("/auth/sign_out", auth="none", hidden=True)
async def leave(call: Call, form: Ours) -> Response:
    """End the session."""
    return await _leave(call, form)


@routes.delete("/auth/sign_out", auth="none", hidden=True)
async def leave_too(call: Call, form: Ours) -> Response:
    return await _leave(call, form)


async def _leave(call: Call, form: Ours) -> Response:
    if not is_ours(call, form.csrf):
        return expired_form(call)
    await sessions.end(call.tx, call.request.cookies.get(sessions.COOKIE))
    response = RedirectResponse("/auth/sign_in", 303)
    for name in (sessions.COOKIE, VISITOR):
        response.delete_cookie(name, path="/", httponly=True, samesite="lax")
    return response
