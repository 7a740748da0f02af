"""Making an account in a browser, and following the mailed links: confirm the address, choose a new password."""

from __future__ import annotations

from datetime import date

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.access import invites, letters, passwords, persons, registration, resets
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.pages import language_of, page
from torg.kernel.config import Registration
from torg.kernel.errors import Forbidden, Invalid
from torg.oauth.browser import expired_form, is_ours, local, log_in, show, signed_in
from torg.text import messages

routes = Routes("oauth")


class Start(msgspec.Struct, kw_only=True):
    next: str | None = None
    lang: str | None = None


class Invited(Start, kw_only=True):
    invite: str | None = None


class SignUp(Invited, kw_only=True):
    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    reason: str = ""
    date_of_birth: str = ""
    csrf: str | None = None


class Confirmation(msgspec.Struct, kw_only=True):
    confirmation_token: str | None = None


class Forgotten(msgspec.Struct, kw_only=True):
    email: str = ""
    csrf: str | None = None


class NewPassword(msgspec.Struct, kw_only=True):
    reset_password_token: str = ""
    password: str = ""
    csrf: str | None = None


@routes.get("/auth/sign_up", auth="none", hidden=True)
async def form(call: Call, params: Invited) -> Response:
    """The form, or why there is none. `invite` is the code of an invitation."""
    if await signed_in(call, call.tx) is not None:
        return RedirectResponse(local(params.next), 303)
    given = SignUp(next=params.next, lang=params.lang, invite=params.invite)
    return _form(call, given, await _let_in(call, call.tx, params), {}, 200)


async def _let_in(call: Call, tx: Tx, given: Invited) -> Registration:
    """Who may register with what was given: an invitation opens what is closed."""
    policy = registration.policy(call.settings, call.network)
    if call.network.settings.single_user:
        return policy
    invite = await invites.valid(tx, given.invite)
    if invite is None:
        return policy
    bypasses = policy is Registration.CLOSED or await invites.bypasses_approval(tx, invite)
    return Registration.OPEN if bypasses else policy


def _form(
    call: Call, given: SignUp, policy: Registration, wrong: dict[str, list[tuple[str, str]]], status: int
) -> Response:
    language = language_of(call, given.lang)
    if policy is Registration.CLOSED:
        return page(call, "problem.html", status=403, language=language, problem="closed", detail="")
    return show(
        call,
        "sign_up.html",
        status=status,
        language=language,
        given=given,
        wrong=wrong,
        approval=policy is Registration.APPROVAL,
        goal=local(given.next),
    )


@routes.post("/auth/sign_up", auth="none", tx=False, limit="register", hidden=True)
async def register(call: Call, given: SignUp) -> Response:
    """Make the account and log in at once, or say what has to be waited for."""
    if not is_ours(call, given.csrf):
        return expired_form(call, language_of(call, given.lang))
    async with call.db.tx(call.network.scope) as tx:
        policy = await _let_in(call, tx, given)
    if policy is Registration.CLOSED:
        return _form(call, given, policy, {}, 403)
    try:
        born = date.fromisoformat(given.date_of_birth) if given.date_of_birth else None
    except ValueError:
        return _form(call, given, policy, {"date_of_birth": [("ERR_INVALID", "is invalid")]}, 422)
    wish = registration.Wish(
        username=given.username.strip(),
        email=given.email,
        password=given.password,
        agreement=given.agreement,
        locale=language_of(call, given.lang),
        reason=given.reason,
        date_of_birth=born,
        invite_code=given.invite,
    )
    try:
        account = await registration.register(
            call.db, call.settings, call.network, wish, origin=call.origin, ip=call.client_ip
        )
    except Invalid as mistake:
        return _form(call, given, policy, mistake.details, 422)
    except Forbidden:  # the invitation was used up meanwhile, or this address is barred
        return _form(call, given, Registration.CLOSED, {}, 403)
    return await _onward(call, account, given.next, language_of(call, given.lang))


async def _onward(call: Call, account: Account, goal: str | None, language: str) -> Response:
    if account.state != "active":
        return page(call, "waiting.html", language=language, state=account.state)
    async with call.db.tx(call.network.scope) as tx:
        return await log_in(call, tx, account, local(goal))


@routes.get("/auth/confirmation", auth="none", tx=False, limit="login", hidden=True)
async def confirm(call: Call, params: Confirmation) -> Response:
    """The mailed link: whoever has it reads the mail of that address."""
    account = await registration.confirm(call.db, call.settings, call.network, params.confirmation_token)
    if account is None:
        return page(call, "problem.html", status=422, problem="link", detail="")
    return page(call, "waiting.html", state="confirmed" if account.state == "active" else account.state)


@routes.get("/auth/password/new", auth="none", tx=False, hidden=True)
async def forgotten(call: Call, params: Start) -> Response:
    return show(call, "password_new.html", language=language_of(call, params.lang), sent=False)


@routes.post("/auth/password/new", auth="none", limit="register", hidden=True)
async def send_link(call: Call, given: Forgotten) -> Response:
    """Mail a link if the address has a login here; the answer and the work are the same if it has none."""
    if not is_ours(call, given.csrf):
        return expired_form(call)
    await resets.ask(call.tx, given.email, call.origin)
    return show(call, "password_new.html", sent=True)


@routes.get("/auth/password/edit", auth="none", hidden=True)
async def choose(call: Call, params: NewPassword) -> Response:
    """The form behind the mailed link."""
    if await letters.proof(call.tx, "reset", params.reset_password_token, use=False) is None:
        return page(call, "problem.html", status=422, problem="link", detail="")
    return show(call, "password_edit.html", secret=params.reset_password_token, wrong="")


@routes.post("/auth/password/edit", auth="none", tx=False, limit="login", hidden=True)
async def change(call: Call, given: NewPassword) -> Response:
    """A new password: all sessions and tokens of the person end, and the address counts as confirmed."""
    if not is_ours(call, given.csrf):
        return expired_form(call)
    least = call.network.settings.password_least
    async with call.db.tx(call.network.scope) as tx:
        found = await letters.proof(tx, "reset", given.reset_password_token, use=False)
        person = await persons.by_id(tx, found.person_id) if found is not None else None
        account = await persons.account_here(tx, found.person_id) if found is not None else None
    if found is None or person is None:
        return page(call, "problem.html", status=422, problem="link", detail="")
    names = (person.email, account.handle if account else "")
    weak = passwords.mistake(given.password, least=least, names=names)
    if weak is None and await passwords.matches(person.password_hash, given.password):
        weak = ("ERR_SAME", "is the one that you have")
    if weak is not None:
        wrong = passwords.said(weak[0], messages.translator(language_of(call)), least)
        return show(call, "password_edit.html", status=422, secret=given.reset_password_token, wrong=wrong)
    known = await passwords.hashed(given.password)
    async with call.db.tx(call.network.scope) as tx:
        found = await letters.proof(tx, "reset", given.reset_password_token, use=True)
        if found is not None:
            await persons.confirm_email(tx, found.person_id, found.email)
    if found is None:
        return page(call, "problem.html", status=422, problem="link", detail="")
    await persons.set_password(call.db, call.network.scope, found.person_id, known)
    return RedirectResponse("/auth/sign_in", 303)
