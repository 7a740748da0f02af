"""Announcements in the browser: written, planned, shown to everybody, taken back, deleted."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from starlette.responses import Response

from torg.announcements import actions, reads
from torg.announcements.model import Draft
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid, invalid
from torg.web.admin_office import Page, Pressed, PressedOne, commander, officer, shown
from torg.web.forms import moment
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_ANNOUNCEMENTS
HERE = "/admin/announcements"


class Written(Pressed, kw_only=True):
    """`when`: at once, at `scheduled_at`, or only kept. Empty times are none."""

    text: str = ""
    starts_at: str = ""
    ends_at: str = ""
    all_day: bool = False
    when: Literal["now", "later", "draft"] = "now"
    scheduled_at: str = ""


class Verb(PressedOne, kw_only=True):
    verb: Literal["publish", "unpublish", "delete"]


@routes.get("/admin/announcements", auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    visitor = await officer(call, params, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _page(visitor, tx, done=params.done)


@routes.post("/admin/announcements", auth="none", hidden=True, tx=False)
async def write(call: Call, form: Written) -> Response:
    """A new one; what was typed is shown again where something is wrong with it."""
    visitor = await commander(call, form, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            async with tx.savepoint():
                await actions.create(tx, visitor.actor, call.network, _draft(form, visitor.zone), origin=call.origin)
        except Invalid as refused:
            return await _page(visitor, tx, refused, form)
    return onward(f"{HERE}?done=1")


@routes.post("/admin/announcements/{id}/{verb}", auth="none", hidden=True, tx=False)
async def press(call: Call, form: Verb) -> Response:
    """Show it, take it back, or delete it with the answers to it."""
    visitor = await commander(call, form, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        if form.verb == "delete":
            await actions.delete(tx, visitor.actor, form.id)
        else:
            await (actions.publish if form.verb == "publish" else actions.unpublish)(tx, visitor.actor, form.id)
    return onward(f"{HERE}?done=1")


def _draft(form: Written, zone: ZoneInfo) -> Draft:
    planned = moment("scheduled_at", form.scheduled_at, zone) if form.when == "later" else None
    if form.when == "later" and planned is None:
        raise invalid("scheduled_at", "ERR_BLANK", "can't be blank")
    return Draft(
        text=form.text,
        starts_at=moment("starts_at", form.starts_at, zone),
        ends_at=moment("ends_at", form.ends_at, zone),
        all_day=form.all_day,
        scheduled_at=planned,
        publish=form.when == "now",
    )


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, form: Written | None = None, *, done: bool = False
) -> Response:
    found = await reads.for_administrators(tx, visitor.actor)
    return await shown(
        visitor, tx, "announcements.html", wrong=wrong, done=done, found=found[::-1], form=form or Written()
    )
