"""The set-up page of an installation without any organisation, guarded by the secret that `torg serve` prints.

Mail is set up on it, too, unless a setting says how it goes, and a test letter shows whether it arrives.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from torg.access.bearer import anonymous
from torg.engine.mail import Route
from torg.http import Call, Routes
from torg.http.pages import language_of
from torg.joining import mailing, setup
from torg.joining.mailing import MailForm, Trial
from torg.joining.setup import Founded, Plan
from torg.kernel.actor import NetworkKind
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid, Misused, NotFound
from torg.oauth.browser import expired_form, is_ours, log_in, show
from torg.orgs.model import Network, NetworkSettings
from torg.text.messages import marked as _

routes = Routes("oauth")


WRONG = {
    "": _("Something in the form is not right yet."),
    "secret": _("This is not the secret, or it has been used already."),
    "name": _("A name has 1 to 200 characters."),
    "host": _("This is not a host name such as acme.example."),
    "inside": _("This is not a host name, or it is the same as the other one."),
    "domains": _("One of them is not a domain, or belongs to a mail provider at which anybody can have an address."),
    "email": _("This is not an e-mail address."),
    "username": _("Only letters a–z, numbers and underscores, at most 30."),
    "password": _("A password has 8 to 72 characters."),
    "mail_host": _("This is not the host name of a mail server."),
    "mail_port": _("A port is a number from 1 to 65,535."),
    "mail_from": _("This is not an e-mail address."),
}


class Start(msgspec.Struct, kw_only=True):
    lang: str | None = None
    secret: str = ""


class Form(MailForm, kw_only=True):
    """`act` `mail`: only send a test letter to the first administrator; what was typed stays."""

    lang: str | None = None
    secret: str = ""
    act: Literal["", "mail"] = ""
    name: str = ""
    host: str = ""
    inside: str = ""
    domains: str = ""
    email: str = ""
    username: str = ""
    password: str = ""
    csrf: str | None = None


class Places(msgspec.Struct):
    """The addresses of both faces."""

    public: str
    inside: str


async def lead_there(services: Any, request: Request) -> Response | None:
    """What a visitor of a host that no network has is shown while there is no organisation: the way to the set-up."""
    if request.method not in ("GET", "HEAD") or request.url.path.startswith(("/api/", "/oauth/", "/.well-known/")):
        return None
    return RedirectResponse("/setup", 303, {"Cache-Control": "no-store"}) if await setup.vacant(services.db) else None


@routes.get("/setup", auth="none", tx=False, hidden=True, any_host=True)
async def form(call: Call, params: Start) -> Response:
    """The form; 404 once there is an organisation."""
    if not await setup.vacant(call.db):
        raise NotFound
    _nowhere(call)
    host = call.network.host
    given = Form(secret=params.secret, host=host, inside=f"inside.{host}" if host else "")
    return await _show(call, params.lang, given)


@routes.post("/setup", auth="none", tx=False, limit="login", hidden=True, any_host=True)
async def found(call: Call, given: Form) -> Response:
    """Make both faces and the administrator, and log in if this is one of their hosts."""
    if not await setup.vacant(call.db):
        raise NotFound
    _nowhere(call)
    language = language_of(call, given.lang)
    if not is_ours(call, given.csrf):
        return expired_form(call, language)
    plan = Plan(
        name=given.name,
        host=given.host,
        inside=given.inside,
        email=given.email,
        handle=given.username.strip().lstrip("@"),
        password=given.password,
        domains=tuple(given.domains.replace(",", " ").split()),
        locale=language,
    )
    try:
        if given.act == "mail":
            return await _try_mail(call, given, language)
        setup.check(plan)
        route = await _route(call, given)
        made = await setup.found(call.db, given.secret.strip(), plan, route)
    except Forbidden:
        return await _show(call, given.lang, given, {"secret": WRONG["secret"]}, status=403)
    except Invalid as mistake:
        return await _show(call, given.lang, given, {name: WRONG[name] for name in mistake.details}, status=422)
    except Misused:  # somebody was quicker
        return await _show(call, given.lang, given, {"": WRONG[""]}, status=409)
    call.services.networks.forget()
    return await _onward(call, given, made)


async def _route(call: Call, given: Form) -> Route | None:
    """What the form says of mail, unless the settings do."""
    return None if (await call.services.mail.way()).fixed else mailing.route_of(given)


async def _try_mail(call: Call, given: Form, language: str) -> Response:
    await setup.check_secret(call.db, given.secret.strip())
    tried = await mailing.trial(
        call.services.mail, given.email, place=call.network.host, language=language, route=await _route(call, given)
    )
    return await _show(call, given.lang, given, tried=tried)


async def _onward(call: Call, given: Form, made: Founded) -> Response:
    for network, account in zip((made.public, made.inside), made.accounts, strict=True):
        if network.host == call.network.host:
            call.network, call.actor = network, anonymous(network)
            async with call.db.tx(network.scope) as tx:
                return await log_in(call, tx, account, "/admin")
    return await _show(call, given.lang, given, made=made)


async def _show(
    call: Call, lang: str | None, given: Form, wrong: dict[str, str] | None = None, *, made: Founded | None = None,
    tried: Trial | None = None, status: int = 200,
) -> Response:  # fmt: skip
    language = language_of(call, lang)
    scheme = call.settings.scheme
    places = Places(f"{scheme}://{made.public.host}", f"{scheme}://{made.inside.host}") if made else None
    return show(
        call, "setup.html", status=status, language=language, given=given, wrong=wrong or {}, made=places, tried=tried,
        goes=await call.services.mail.way(),
    )  # fmt: skip


def _nowhere(call: Call) -> None:
    """The page is that of no network; its frame asks for a name all the same."""
    call.network = Network(
        id=0,
        org_id=0,
        kind=NetworkKind.PUBLIC,
        host=call.network.host,
        name="Torg",
        settings=NetworkSettings(),
        created_at=now(),
    )
