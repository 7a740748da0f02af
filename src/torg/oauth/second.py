"""The second half of a login: a code of the app or for recovery; or setting it up, where a network asks for that."""

from __future__ import annotations

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.access import half_logins, letters, persons, second_factors, totp
from torg.access.half_logins import HalfLogin
from torg.accounts import store as accounts
from torg.http import Call, Routes
from torg.http.pages import language_of
from torg.oauth.browser import begin, expired_form, is_ours, show
from torg.policies.errors import AddressRefused
from torg.text import qr
from torg.text.messages import marked as _

routes = Routes("oauth")

HERE, SETUP, WAY_IN = "/auth/second", "/auth/second/new", "/auth/sign_in"
WRONG = _("This is not the code. Look whether the clock of the device is right, and type the code that it shows now.")
WAIT = _("Too many wrong codes. Wait a quarter of an hour.")
OUTSIDE = _("From where you are, one cannot log in to this network. Use the company's own connection.")


class Look(msgspec.Struct, kw_only=True):
    lang: str | None = None


class Code(Look, kw_only=True):
    code: str = ""
    csrf: str | None = None


@routes.get(HERE, auth="none", tx=False, hidden=True)
async def ask(call: Call, params: Look) -> Response:
    """The form for a code; without half a login, the way to the login."""
    half = await _half(call)
    if half is None:
        return RedirectResponse(WAY_IN, 303, {"Cache-Control": "no-store"})
    return show(call, "second.html", language=language_of(call, params.lang), wrong="")


@routes.post(HERE, auth="none", tx=False, limit="login", hidden=True)
async def enter(call: Call, form: Code) -> Response:
    """Look at the code and begin the session."""
    language = language_of(call, form.lang)
    if not is_ours(call, form.csrf):
        return expired_form(call, language)
    half = await _half(call)
    if half is None:
        return RedirectResponse(WAY_IN, 303, {"Cache-Control": "no-store"})
    verdict = await second_factors.check(call.db, call.network.scope, half.person_id, form.code)
    if verdict in ("wrong", "wait"):
        wrong, status = (WAIT, 429) if verdict == "wait" else (WRONG, 422)
        return show(call, "second.html", status=status, language=language, wrong=wrong)
    if verdict == "recovery":
        await _tell_of_recovery(call, half)
    return await _through(call, half, RedirectResponse(half.goal, 303), language)


@routes.get(SETUP, auth="none", tx=False, hidden=True)
async def offer(call: Call, params: Look) -> Response:
    """The secret, for who may not come in without a second factor and has none yet."""
    return await _setup(call, language_of(call, params.lang))


@routes.post(SETUP, auth="none", tx=False, limit="login", hidden=True)
async def keep(call: Call, form: Code) -> Response:
    """The first code shows that the app works: the recovery codes, and the session begins."""
    language = language_of(call, form.lang)
    if not is_ours(call, form.csrf):
        return expired_form(call, language)
    half = await _half(call)
    if half is None:
        return RedirectResponse(WAY_IN, 303, {"Cache-Control": "no-store"})
    codes = await second_factors.confirm(call.db, call.network.scope, half.person_id, form.code)
    if codes is None:
        return await _setup(call, language, WRONG)
    async with call.db.tx(call.network.scope) as tx:
        person = await persons.by_id(tx, half.person_id)
        if person is not None:
            await letters.tell_of_second_factor(tx, call.network, person, "set")
    given = show(call, "second_codes.html", language=language, codes=codes, goal=half.goal)
    return await _through(call, half, given, language)


async def _half(call: Call) -> HalfLogin | None:
    async with call.db.tx(call.network.scope) as tx:
        return await half_logins.find(tx, call.request.cookies.get(half_logins.COOKIE))


async def _setup(call: Call, language: str, wrong: str = "") -> Response:
    half = await _half(call)
    if half is None:
        return RedirectResponse(WAY_IN, 303, {"Cache-Control": "no-store"})
    secret = await second_factors.prepare(call.db, call.network.scope, half.person_id)
    if secret is None:
        return RedirectResponse(HERE, 303, {"Cache-Control": "no-store"})
    async with call.db.tx(call.network.scope) as tx:
        person = await persons.by_id(tx, half.person_id)
    address = totp.address(secret, issuer=call.network.name, name=person.email if person else "")
    return show(
        call, "second_new.html", status=422 if wrong else 200, language=language, wrong=wrong,
        code=qr.svg(address), spelt=totp.spelt(secret), address=address,
    )  # fmt: skip


async def _through(call: Call, half: HalfLogin, response: Response, language: str) -> Response:
    """Begin the session, once."""
    async with call.db.tx(call.network.scope) as tx:
        account = (await accounts.by_ids(tx, [half.account_id])).get(half.account_id)
        if account is None or not await half_logins.end(tx, half):
            return RedirectResponse(WAY_IN, 303, {"Cache-Control": "no-store"})
        try:
            await call.services.gate.address(call.network, call.client_ip, account.id, account.role_id)
        except AddressRefused:
            return show(call, "second.html", status=403, language=language, wrong=OUTSIDE)
        response = await begin(call, tx, account, response)
    response.delete_cookie(half_logins.COOKIE, path="/", httponly=True, samesite="lax")
    return response


async def _tell_of_recovery(call: Call, half: HalfLogin) -> None:
    async with call.db.tx(call.network.scope) as tx:
        person = await persons.by_id(tx, half.person_id)
        if person is not None:
            await letters.tell_of_second_factor(tx, call.network, person, "recovery")
