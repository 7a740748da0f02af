"""How long things stay, in the browser: the days, and what would go, before anything does."""

from __future__ import annotations

from starlette.responses import Response

from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid, invalid
from torg.moderation import log
from torg.orgs.rules import MOST_DAYS
from torg.retention import actions, reads, store
from torg.retention.jobs import ONE
from torg.web import admin_named as names
from torg.web.admin_office import Page, Pressed, commanded, commander, officer, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_COMPLIANCE
EXAMPLES = 10


class Tried(Page, kw_only=True):
    """The preview as if these days were set."""

    days: int | None = None
    message_days: int | None = None


class Changed(Pressed, kw_only=True):
    """Empty: never."""

    retention_days: int | None = None
    message_retention_days: int | None = None
    deleted_retention_days: int | None = None


class OfGroup(Pressed, kw_only=True):
    """`group`: its handle. Empty days: the network's."""

    group: str = ""
    group_days: int | None = None


@routes.get("/admin/retention", auth="none", hidden=True, tx=False)
async def show(call: Call, params: Tried) -> Response:
    """The days, and what a run would remove now or with other days."""
    visitor = await officer(call, params, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    try:
        for name, value in (("days", params.days), ("message_days", params.message_days)):
            if value is not None and not 1 <= value <= MOST_DAYS:
                raise invalid(name, "ERR_INVALID", f"must be a number from 1 to {MOST_DAYS}")
    except Invalid as refused:
        return await _page(visitor, Tried(), refused, asked=params)
    return await _page(visitor, params)


@routes.post("/admin/retention", auth="none", hidden=True, tx=False)
async def change(call: Call, form: Changed) -> Response:
    """Set the days. What has fallen due goes with the next run."""
    visitor = await commander(call, form, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    try:
        async with call.db.tx(visitor.actor.whole) as tx:
            tx.after_commit(call.services.networks.forget)
            given = {name: getattr(form, name) for name in actions.FIELDS}
            await actions.change(tx, visitor.actor, call.network, given)
    except Invalid as refused:
        return await _page(visitor, Tried(), refused, form=form)
    return onward("/admin/retention?done=1")


@routes.post("/admin/retention/groups", auth="none", hidden=True, tx=False)
async def change_group(call: Call, form: OfGroup) -> Response:
    """Days of a group's own, longer or shorter than the network's, or (empty) the network's again."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        group = await names.group(visitor, tx, "group_id", form.group)
        if group is None:
            raise invalid("group_id", "ERR_BLANK", "can't be blank")
        await actions.change_group(tx, visitor.actor, call.network, group.id, form.group_days)

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _page(visitor, Tried(), refused, group=form)

    return await commanded(call, form, OFFICE, work, again, "/admin/retention")


@routes.post("/admin/retention/run", auth="none", hidden=True, tx=False)
async def run(call: Call, form: Pressed) -> Response:
    """Remove what has fallen due now instead of with the next periodic run; a job does it."""
    visitor = await commander(call, form, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        await jobs.enqueue(tx, ONE, None, key="retention")
        await log.record(tx, visitor.actor, "run", "retention", call.network.id)
    return onward("/admin/retention?done=1")


async def _page(
    visitor: Visitor, tried: Tried, wrong: Invalid | None = None, *, asked: Tried | None = None,
    form: Changed | None = None, group: OfGroup | None = None,
) -> Response:  # fmt: skip
    """`asked`, `form`, `group`: what was typed and refused, to be mended."""
    call = visitor.call
    async with call.db.tx(visitor.actor.whole) as tx:
        network = await actions.change(tx, visitor.actor, call.network, {})
        groups = await store.groups(tx, network)
    found = await reads.looked_ahead(
        call.db, network, days=tried.days, message_days=tried.message_days, limit=EXAMPLES
    )
    async with call.db.tx(visitor.actor.whole) as tx:
        return await shown(
            visitor, tx, "retention.html", wrong=wrong, done=tried.done, settings=network.settings, groups=groups,
            found=found, tried=tried,
            asked=asked or tried, form=form, group=group or OfGroup(),
        )  # fmt: skip
