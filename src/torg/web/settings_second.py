"""Settings: a code at the login besides the password. Beginning, new recovery codes and the end take the password."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from starlette.responses import Response

from torg.access import letters, second_factors, totp
from torg.access.model import Person
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.text import qr
from torg.text.messages import marked as _
from torg.web.forms import Look
from torg.web.settings_login import WRONG_PASSWORD
from torg.web.settings_member import DONE, member, onward, person_of, proven, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/settings/second"
WRONG = _("This is not the code. Look whether the clock of the device is right, and type the code that it shows now.")
WAIT = _("Too many wrong codes. Wait a quarter of an hour.")


class Page(Look, kw_only=True):
    done: bool = False


class Step(msgspec.Struct, kw_only=True):
    """`present`: the password, of all but `confirm`; `code` of `confirm` and `remove`."""

    csrf: str | None = None
    act: Literal["begin", "confirm", "codes", "remove"] = "confirm"
    present: str = ""
    code: str = ""


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Page) -> Response:
    """Whether it is on, since when, and how many recovery codes are left."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _page(visitor, await person_of(call.tx, visitor), done=params.done)


@routes.post(HERE, auth="none", tx=False, limit="login", hidden=True)
async def step(call: Call, form: Step) -> Response:
    """One step: show the secret, turn it on with the first code, make new recovery codes, turn it off."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    async with call.db.tx(call.network.scope) as tx:
        visitor = await member(call, None, tx)
        if isinstance(visitor, Response):
            return visitor
        person = await person_of(tx, visitor)
    if person is None or (form.act != "confirm" and not await proven(person, form.present)):
        return await _page(visitor, person, wrong=WRONG_PASSWORD)
    return await STEPS[form.act](visitor, person, form.code)


async def _begin(visitor: Visitor, person: Person, code: str, wrong: str = "") -> Response:
    secret = await second_factors.prepare(visitor.call.db, visitor.call.network.scope, person.id)
    if secret is None:
        return onward(HERE)
    address = totp.address(secret, issuer=visitor.call.network.name, name=person.email)
    shown_as = {"code": qr.svg(address), "address": address, "spelt": totp.spelt(secret)}
    return await _page(visitor, person, wrong=wrong, **shown_as)


async def _confirm(visitor: Visitor, person: Person, code: str) -> Response:
    codes = await second_factors.confirm(visitor.call.db, visitor.call.network.scope, person.id, code)
    if codes is None:
        return await _begin(visitor, person, "", WRONG)
    await _tell(visitor, person, "set")
    return await _page(visitor, person, codes=codes)


async def _codes(visitor: Visitor, person: Person, code: str) -> Response:
    if person.second_factor_at is None:
        return onward(HERE)
    made = await second_factors.renew_codes(visitor.call.db, visitor.call.network.scope, person.id)
    return await _page(visitor, person, codes=made)


async def _remove(visitor: Visitor, person: Person, code: str) -> Response:
    if person.second_factor_at is None:
        return onward(HERE)
    verdict = await second_factors.check(visitor.call.db, visitor.call.network.scope, person.id, code)
    if verdict in ("wrong", "wait"):
        return await _page(visitor, person, wrong=WAIT if verdict == "wait" else WRONG)
    await second_factors.remove(visitor.call.db, visitor.call.network.scope, person.id)
    await _tell(visitor, person, "removed")
    return onward(HERE + DONE)


STEPS = {"begin": _begin, "confirm": _confirm, "codes": _codes, "remove": _remove}


async def _tell(visitor: Visitor, person: Person, what: letters.Told) -> None:
    call = visitor.call
    async with call.db.tx(call.network.scope) as tx:
        await letters.tell_of_second_factor(tx, call.network, person, what)


async def _page(visitor: Visitor, person: Person | None, *, wrong: str = "", **more: Any) -> Response:
    call, since = visitor.call, person.second_factor_at if person else None
    left = await second_factors.codes_left(call.db, call.network.scope, person.id) if person and since else 0
    empty = {"codes": [], "code": "", "address": "", "spelt": "", "done": False}
    return shown(
        visitor, "settings_second.html", status=422 if wrong else 200, wrong=wrong, since=since, left=left,
        demanded=call.network.settings.second_factor == "all" or (
            call.network.settings.second_factor == "offices" and bool(visitor.actor.permissions)
        ), **{**empty, **more},
    )  # fmt: skip
