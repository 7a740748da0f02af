"""Settings: another password, another e-mail address. Both ask for the present password."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from torg.access import letters, passwords, persons, registration, sessions
from torg.access.model import Person
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours, set_cookie
from torg.text import messages
from torg.text.messages import marked as _
from torg.web.forms import Look
from torg.web.settings_member import DONE, member, onward, person_of, proven, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/settings/login"


WRONG_PASSWORD = _("The present password is wrong.")
BAD_ADDRESS = _("This is not an e-mail address.")
TAKEN = _("This is taken already.")


class Page(Look, kw_only=True):
    done: bool = False
    sent: bool = False


class NewPassword(msgspec.Struct, kw_only=True):
    csrf: str | None = None
    present: str = ""
    password: str = ""


class NewAddress(msgspec.Struct, kw_only=True):
    csrf: str | None = None
    present: str = ""
    email: str = ""


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Page) -> Response:
    """The two forms."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return _page(visitor, await person_of(call.tx, visitor), done=params.done, sent=params.sent)


async def _asking(call: Call, csrf: str | None) -> Response | tuple[Visitor, Person | None]:
    """The member who sent one of these forms, or the page to answer with instead."""
    if not is_ours(call, csrf):
        return expired_form(call)
    async with call.db.tx(call.network.scope) as tx:
        visitor = await member(call, None, tx)
        return visitor if isinstance(visitor, Response) else (visitor, await person_of(tx, visitor))


def _page(
    visitor: Visitor, person: Person | None, *, wrong: str = "", done: bool = False, sent: bool = False
) -> Response:
    email = person.email if person else ""
    status = 422 if wrong else 200
    return shown(visitor, "settings_login.html", status=status, wrong=wrong, done=done, sent=sent, email=email)


@routes.post("/settings/password", auth="none", tx=False, limit="login", hidden=True)
async def password(call: Call, form: NewPassword) -> Response:
    """Every session and token of the person ends, in all networks; this browser is logged in anew."""
    asking = await _asking(call, form.csrf)
    if isinstance(asking, Response):
        return asking
    visitor, person = asking
    assert visitor.account is not None
    if not await proven(person, form.present) or person is None:
        return _page(visitor, person, wrong=WRONG_PASSWORD)
    least = call.network.settings.password_least
    weak = passwords.mistake(form.password, least=least, names=(person.email, visitor.account.handle))
    if weak is not None:
        said = passwords.said(weak[0], messages.translator(visitor.language), least)
        return _page(visitor, person, wrong=said)
    await persons.set_password(call.db, call.network.scope, person.id, await passwords.hashed(form.password))
    async with call.db.tx(call.network.scope) as tx:
        agent = call.request.headers.get("user-agent", "")
        secret = await sessions.begin(tx, visitor.account.id, ip=call.client_ip, user_agent=agent)
    response = onward(HERE + DONE)
    set_cookie(call, response, sessions.COOKIE, secret, seconds=int(sessions.LIFETIME.total_seconds()))
    return response


@routes.post("/settings/email", auth="none", tx=False, limit="login", hidden=True)
async def email(call: Call, form: NewAddress) -> Response:
    """Another address: once its mailed link was followed, or at once where none need be confirmed."""
    asking = await _asking(call, form.csrf)
    if isinstance(asking, Response):
        return asking
    visitor, person = asking
    assert visitor.account is not None
    if not await proven(person, form.present) or person is None:
        return _page(visitor, person, wrong=WRONG_PASSWORD)
    address = persons.clean_email(form.email)
    if address is None:
        return _page(visitor, person, wrong=BAD_ADDRESS)
    async with call.db.tx(call.network.scope) as tx:
        if registration.must_confirm(call.settings, call.network):
            there = msgspec.structs.replace(person, email=address)
            await letters.send_confirmation(
                tx, call.network, call.origin, there, visitor.account.id, locale=visitor.language
            )
            return onward(HERE + "?sent=1")
        if not await persons.confirm_email(tx, person.id, address):
            return _page(visitor, person, wrong=TAKEN)
    return onward(HERE + DONE)
