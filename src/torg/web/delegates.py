"""Delegates: who may post for the member, and for whom the member may post."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.delegation import actions, reads
from torg.delegation.model import Right, Signing
from torg.http import Call, Routes
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, invalid
from torg.web.answer import answer
from torg.web.forms import Look, moment
from torg.web.inside_forms import mistakes
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor

routes = Routes("pages")

PATH = "/settings/delegates"


class Granted(Look, kw_only=True):
    """`to`: a handle."""

    csrf: str | None = None
    to: str = ""
    rights: list[Right] = []
    ends_at: str = ""


class Signed(Look, kw_only=True):
    csrf: str | None = None
    byline: Signing


class Ended(Look, kw_only=True):
    id: int
    csrf: str | None = None


@routes.get("/settings/delegates", auth="none", hidden=True)
async def index(call: Call, params: Look) -> Response:
    """Both sides of it."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _page(visitor, Granted())


@routes.post("/settings/delegates", auth="none", hidden=True)
async def grant(call: Call, form: Granted) -> Response:
    """Let a colleague post for the member; once more for the same one: new rights and end."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    name = form.to.strip().lstrip("@").lower()
    try:
        known = await accounts.by_handles(call.tx, [name], call.network.host) if name else {}
        if name not in known:
            raise invalid("to", "ERR_INVALID" if name else "ERR_BLANK", "is not known here")
        ends_at = moment("ends_at", form.ends_at, visitor.zone)
        async with call.tx.savepoint():
            me = visitor.actor.me
            await actions.grant(call.tx, visitor.actor, me, known[name].id, form.rights, ends_at=ends_at)
    except Invalid as wrong:
        return await _page(visitor, form, wrong)
    return onward(PATH)


@routes.post("/settings/delegates/{id}/end", auth="none", hidden=True)
async def end(call: Call, form: Ended) -> Response:
    """Take it back, or lay one's own down."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.end(call.tx, visitor.actor, call.network, form.id)
    return onward(PATH)


@routes.post("/settings/delegates/byline", auth="none", hidden=True)
async def sign(call: Call, form: Signed) -> Response:
    """How what delegates post for the member is signed."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.set_signing(call.tx, visitor.actor, visitor.actor.me, form.byline)
    return onward(PATH)


async def _page(visitor: Visitor, form: Granted, wrong: Invalid | None = None) -> Response:
    tx, me, at_ = visitor.call.tx, visitor.actor.me, now()
    given = [one for one in await reads.delegates(tx, visitor.actor, me) if one.holds(at_)]
    held = [one for one in await reads.delegations(tx, visitor.actor) if one.holds(at_)]
    ids = {one.delegate_id for one in given} | {one.account_id for one in held}
    people = await accounts.by_ids(tx, ids)
    values: dict[str, Any] = {
        "given": [(one, people[one.delegate_id]) for one in given if one.delegate_id in people],
        "held": [(one, people[one.account_id]) for one in held if one.account_id in people],
        "byline": await reads.signing(tx, visitor.actor, me),
    }
    values["form"] = form if wrong else msgspec.structs.replace(form, rights=["post", "reply"])
    at = await presenting(tx, visitor, [], *people.values())
    return answer(
        visitor, "delegates/index.html", at, status=422 if wrong else 200, once="", wrong=wrong,
        mistakes=mistakes(wrong), **values,
    )  # fmt: skip
