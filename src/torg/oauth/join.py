"""Joining in a browser: say one's address, follow the mailed link, choose a name, and what to do next.

The page says the same whatever the address is: nothing tells a stranger who is here, or which domains let one in.
"""

from __future__ import annotations

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.http import Call, Routes
from torg.http.pages import language_of, page
from torg.joining import actions, claims, rules
from torg.joining.model import Entrance, Newcomer
from torg.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from torg.oauth.browser import expired_form, is_ours, log_in, show, signed_in

routes = Routes("oauth")

Mistakes = dict[str, list[tuple[str, str]]]


class Start(msgspec.Struct, kw_only=True):
    lang: str | None = None


class Address(Start, kw_only=True):
    email: str = ""
    csrf: str | None = None


class Link(Start, kw_only=True):
    token: str = ""


class Form(Link, kw_only=True):
    username: str = ""
    password: str = ""
    display_name: str = ""
    agreement: bool = False
    csrf: str | None = None


class Proof(Link, kw_only=True):
    csrf: str | None = None


@routes.get("/join", auth="none", hidden=True)
async def form(call: Call, params: Start) -> Response:
    """Where one says one's address; whoever is in goes on."""
    _check(call)
    if await signed_in(call, call.tx) is not None:
        return RedirectResponse("/", 303)
    return show(call, "join.html", language=language_of(call, params.lang), sent=False, wrong=False, email="")


@routes.post("/join", auth="none", limit="login", hidden=True)
async def ask(call: Call, given: Address) -> Response:
    """Always the same answer, and the same work, for whatever looks like an address."""
    _check(call)
    language = language_of(call, given.lang)
    if not is_ours(call, given.csrf):
        return expired_form(call, language)
    if rules.mailbox(given.email) is None:
        return show(call, "join.html", status=422, language=language, sent=False, wrong=True, email=given.email)
    await actions.ask(call.tx, call.network, given.email, language)
    return show(call, "join.html", language=language, sent=True, wrong=False, email="")


@routes.get("/join/confirm", auth="none", limit="login", hidden=True)
async def choose(call: Call, params: Link) -> Response:
    """The form behind the mailed link. Opening it uses nothing up: mail programs look at links too."""
    _check(call)
    language = language_of(call, params.lang)
    try:
        entrance = await actions.entrance(call.tx, call.network, params.token)
    except Invalid:
        return _no_link(call, language)
    given = Form(token=params.token, username=entrance.username, display_name=entrance.display_name)
    return _form(call, language, entrance, given, {}, 200)


@routes.post("/join/confirm", auth="none", tx=False, limit="login", hidden=True)
async def enter(call: Call, given: Form) -> Response:
    """Make the account, and log in."""
    _check(call)
    language = language_of(call, given.lang)
    if not is_ours(call, given.csrf):
        return expired_form(call, language)
    newcomer = Newcomer(
        username=given.username.strip(),
        password=given.password,
        display_name=given.display_name,
        agreement=given.agreement,
        locale=language,
    )
    try:
        account = await actions.enter(
            call.db, call.network, given.token, newcomer, ip=call.client_ip, app_id=None
        )
    except Forbidden:
        return page(call, "problem.html", status=403, language=language, problem="closed", detail="")
    except Invalid as mistake:
        if "token" in mistake.details:
            return _no_link(call, language)
        async with call.db.tx(call.network.scope) as tx:
            entrance = await actions.entrance(tx, call.network, given.token)
        return _form(call, language, entrance, given, mistake.details, 422)
    async with call.db.tx(call.network.scope) as tx:
        return await log_in(call, tx, account, "/join/done")


@routes.get("/join/done", auth="none", hidden=True)
async def done(call: Call, params: Start) -> Response:
    """What to do next, for who has just come in: the first post, and the app on the telephone."""
    _check(call)
    account = await signed_in(call, call.tx)
    if account is None:
        return RedirectResponse("/auth/sign_in", 303)
    return page(call, "join_done.html", language=language_of(call, params.lang), account=account)


@routes.get("/join/domain", auth="none", tx=False, limit="login", hidden=True)
async def ask_domain(call: Call, params: Link) -> Response:
    """A button, since looking at a link must not verify anything."""
    _check(call)
    language = language_of(call, params.lang)
    return show(call, "join_domain.html", language=language, secret=params.token, domain=None)


@routes.post("/join/domain", auth="none", limit="login", hidden=True)
async def verify_domain(call: Call, given: Proof) -> Response:
    """The postmaster of a domain says that it is the organisation's."""
    _check(call)
    language = language_of(call, given.lang)
    if not is_ours(call, given.csrf):
        return expired_form(call, language)
    try:
        domain = await claims.verify_by_mail(call.tx, call.network, given.token)
    except Conflict:
        domain = None
    if domain is None:
        return _no_link(call, language)
    return show(call, "join_domain.html", language=language, secret="", domain=domain.domain)


def _check(call: Call) -> None:
    if not rules.joinable(call.network):
        raise NotFound


def _no_link(call: Call, language: str) -> Response:
    return page(call, "problem.html", status=422, language=language, problem="link", detail="")


def _form(
    call: Call, language: str, entrance: Entrance, given: Form, wrong: Mistakes, status: int
) -> Response:
    return show(
        call,
        "join_confirm.html",
        status=status,
        language=language,
        entrance=entrance,
        given=given,
        wrong=wrong,
    )
