"""Sending what must be seen, for who may; and for the sender who has seen it, drawn and as a file."""

from __future__ import annotations

import secrets
from typing import Literal

from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Forbidden, Invalid
from torg.kernel.page import Page
from torg.must_see import actions, reads
from torg.must_see.model import Order
from torg.posts import reads as posts
from torg.web.answer import answer
from torg.web.colleagues import member
from torg.web.forms import Look, Turn, moment
from torg.web.inside_forms import Words, mistakes, places
from torg.web.member import onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor

routes = Routes("pages")

SHOWN = 40


class Sent(Words, kw_only=True):
    """A box that is not ticked is not sent."""

    ends_at: str = ""
    email: bool = False
    remind_days: int = 3


class One(Look, kw_only=True):
    id: int


class Readers(Turn, kw_only=True):
    """`who`: those who have read it, or those who have not."""

    id: int
    who: Literal["all", "read", "unread"] = "all"


async def may_send(visitor: Visitor) -> bool:
    """Whether there is anybody whom the member may address so."""
    if visitor.actor.may(Permission.BROADCAST):
        return True
    return bool(await places(visitor.call.tx, visitor, staff=True))


@routes.get("/must-see/new", auth="none", hidden=True)
async def new(call: Call, params: Look) -> Response:
    """The form, for holders of the permission and the staff of groups."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _form(visitor, Sent(once=secrets.token_urlsafe(12)))


@routes.post("/must-see/new", auth="none", limit="compose", hidden=True)
async def send(call: Call, form: Sent) -> Response:
    """Send it, and on to what one has sent."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        ends_at = moment("ends_at", form.ends_at, visitor.zone)
        order = Order(ends_at=ends_at, email=form.email, remind_days=form.remind_days)
        async with call.tx.savepoint():
            id_ = await actions.send(
                call.tx, visitor.actor, call.network, form.draft(visitor), order, origin=call.origin
            )
    except Invalid as wrong:
        return await _form(visitor, form, wrong)
    return onward(f"/must-see/{id_}/readers")


@routes.get("/must-see/{id}/readers", auth="none", hidden=True)
async def readers(call: Call, params: Readers) -> Response:
    """How many have seen it, by department, and who; for whom the API tells."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    tx, actor = call.tx, visitor.actor
    tally = await reads.tally(tx, actor, params.id)
    read = None if params.who == "all" else params.who == "read"
    found = await reads.readers(tx, actor, params.id, read, Page(limit=SHOWN, max_id=params.max_id))
    people = await accounts.by_ids(tx, [one.account_id for one in found])
    view = await posts.view(tx, actor, params.id)
    return answer(
        visitor,
        "colleagues/must_see_readers.html",
        await presenting(tx, visitor, [view], *people.values()),
        id=params.id,
        view=view,
        tally=tally,
        departments=await reads.departments(tx, params.id),
        people=[(people[one.account_id], one.read_at) for one in found if one.account_id in people],
        who=params.who,
        older=found[-1].account_id if len(found) == SHOWN else None,
    )


@routes.get("/must-see/{id}/readers.csv", auth="none", hidden=True)
async def table(call: Call, params: One) -> Response:
    """Everybody addressed on one sheet."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    text = await reads.table(call.tx, visitor.actor, params.id)
    headers = {"Content-Disposition": f'attachment; filename="readers-{params.id}.csv"', "Cache-Control": "no-store"}
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")


async def _form(visitor: Visitor, form: Sent, wrong: Invalid | None = None) -> Response:
    tx = visitor.call.tx
    everybody = visitor.actor.may(Permission.BROADCAST)
    groups = await places(tx, visitor, staff=not everybody)
    if not everybody and not groups:
        raise Forbidden
    return answer(
        visitor,
        "colleagues/must_see_new.html",
        await presenting(tx, visitor, []),
        status=422 if wrong else 200,
        form=form,
        once=form.once,
        everybody=everybody,
        places=groups,
        wrong=wrong,
        mistakes=mistakes(wrong),
    )
