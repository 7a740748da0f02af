"""Lists of blocked and allowed servers: as files, and those of others that the network follows (docs/moderation.md)."""

from __future__ import annotations

from typing import Literal

import anyio
import msgspec

from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing
from torg.http import Call, Reply, Routes, Upload
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.errors import invalid
from torg.moderation import log
from torg.peers import block_lists, importing, subscription_store, subscriptions
from torg.peers.block_lists import Read
from torg.peers.importing import Plan
from torg.peers.subscription_store import Subscription

routes = Routes("torg admin")

FEDERATION = Permission.MANAGE_FEDERATION
MOST_BODY = block_lists.MOST_BYTES + 64 * 1024
MOST_STEPS = 1_000


class BlockListStep(msgspec.Struct, kw_only=True):
    """`outcome`: add, raise, lift, same (so it is already) or kept (what was decided otherwise stands)."""

    domain: str
    outcome: str
    severity: str


class RefusedLine(msgspec.Struct, kw_only=True):
    line: int
    text: str
    reason: str


class BlockListPlan(msgspec.Struct, kw_only=True):
    """What a list does, or would do: numbers by outcome, the first thousand steps, and lines that are none."""

    add: int
    raised: int
    lift: int
    same: int
    kept: int
    steps: list[BlockListStep]
    refused: list[RefusedLine]


class AllowListResult(msgspec.Struct, kw_only=True):
    """How many servers were new on the list, and lines that are none."""

    added: int
    refused: list[RefusedLine]


class BlockSubscription(msgspec.Struct, kw_only=True):
    """A list of others that is followed. `state`: active, or review where a person must look first (`reason`)."""

    id: str
    url: str
    severity: str
    removals: str
    state: str
    reason: str
    entries: int | None
    fetched_at: str | None
    applied_at: str | None
    next_at: str
    created_at: str


class BringList(msgspec.Struct, kw_only=True):
    """`data`: the file. `dry_run`: only tell what would happen."""

    data: Upload | None = None
    dry_run: bool = False


class PreviewList(msgspec.Struct, kw_only=True):
    url: str = ""
    severity: Literal["silence", "suspend"] = "suspend"


class Subscribe(msgspec.Struct, kw_only=True):
    """`severity`: no block of the list goes beyond it. `removals`: what is done with those that leave the list."""

    url: str = ""
    severity: Literal["silence", "suspend"] = "suspend"
    removals: Literal["keep", "lift"] = "keep"


def _plan(found: Plan, refused: Read) -> BlockListPlan:
    return BlockListPlan(
        add=found.count("add"),
        raised=found.count("raise"),
        lift=found.count("lift"),
        same=found.count("same"),
        kept=found.count("kept"),
        steps=[
            BlockListStep(domain=one.domain, outcome=one.outcome, severity=one.severity)
            for one in found.steps[:MOST_STEPS]
        ],
        refused=_refused(refused),
    )


def _refused(found: Read) -> list[RefusedLine]:
    return [RefusedLine(line=one.line, text=one.text, reason=one.reason) for one in found.refused[:MOST_STEPS]]


def _subscription(found: Subscription) -> BlockSubscription:
    return BlockSubscription(
        id=str(found.id),
        url=found.url,
        severity=found.severity,
        removals=found.removals,
        state=found.state,
        reason=found.reason,
        entries=found.entries,
        fetched_at=iso(found.fetched_at) if found.fetched_at else None,
        applied_at=iso(found.applied_at) if found.applied_at else None,
        next_at=iso(found.next_at),
        created_at=iso(found.created_at),
    )


async def _given(form: BringList) -> Read:
    if form.data is None:
        raise invalid("data", "ERR_BLANK", "can't be blank")
    return block_lists.read(await anyio.to_thread.run_sync(form.data.read))


def _csv(text: str, name: str) -> Reply[str]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Reply(text, headers=headers, media_type="text/csv; charset=utf-8")


@routes.get("/api/torg/v1/admin/block_list", scope=READ, permission=FEDERATION)
async def export(call: Call, params: Nothing) -> Reply[str]:
    """Every block of a server as text/csv in Mastodon's form; private comments stay here."""
    return _csv(block_lists.written(await importing.every_block(call.tx)), "domain_blocks.csv")


@routes.post(
    "/api/torg/v1/admin/block_list", scope=WRITE, permission=FEDERATION, tx=False, max_body=MOST_BODY, limit="media"
)
async def bring(call: Call, form: BringList) -> BlockListPlan:
    """Add the blocks of a file (multipart `data`): Mastodon's CSV, or a domain a line. Blocks that there are stay."""
    found = await _given(form)
    async with call.db.tx(call.actor.whole) as tx:
        plan = await importing.plan(tx, call.network, found.entries)
        if not form.dry_run:
            await importing.apply(tx, call.actor, call.network, plan)
            await log.record(tx, call.actor, "import", "domain_block", None, added=plan.count("add"))
    return _plan(plan, found)


@routes.post("/api/torg/v1/admin/block_list/preview", scope=WRITE, permission=FEDERATION, tx=False, limit="media")
async def preview(call: Call, form: PreviewList) -> BlockListPlan:
    """What the list at an address would do; nothing is changed."""
    found, plan = await subscriptions.preview(
        call.db, call.services.fetch, call.network, form.url, severity=form.severity
    )
    return _plan(plan, found)


@routes.get("/api/torg/v1/admin/allow_list", scope=READ, permission=FEDERATION)
async def export_allows(call: Call, params: Nothing) -> Reply[str]:
    """The servers of the allow-list as text/csv."""
    return _csv(block_lists.written_allows(await importing.every_allow(call.tx)), "domain_allows.csv")


@routes.post(
    "/api/torg/v1/admin/allow_list", scope=WRITE, permission=FEDERATION, tx=False, max_body=MOST_BODY, limit="media"
)
async def bring_allows(call: Call, form: BringList) -> AllowListResult:
    """Put the servers of a file on the allow-list."""
    found = await _given(form)
    async with call.db.tx(call.actor.whole) as tx:
        added = 0 if form.dry_run else await importing.allow(tx, call.actor, call.network, found.entries)
    return AllowListResult(added=added, refused=_refused(found))


@routes.get("/api/torg/v1/admin/block_subscriptions", scope=READ, permission=FEDERATION)
async def index(call: Call, params: Nothing) -> list[BlockSubscription]:
    """The lists that are followed, in the order in which that began."""
    return [_subscription(one) for one in await subscription_store.listed(call.tx)]


@routes.post("/api/torg/v1/admin/block_subscriptions", scope=WRITE, permission=FEDERATION)
async def create(call: Call, form: Subscribe) -> BlockSubscription:
    """Follow a list: a job looks at it now, and once a day. Look at the preview first."""
    made = await subscriptions.subscribe(
        call.tx, call.actor, form.url, severity=form.severity, removals=form.removals
    )
    return _subscription(made)


@routes.get("/api/torg/v1/admin/block_subscriptions/{id}", scope=READ, permission=FEDERATION)
async def show(call: Call, params: ById) -> BlockSubscription:
    """One of them."""
    return _subscription(await subscriptions.find(call.tx, params.id))


@routes.post("/api/torg/v1/admin/block_subscriptions/{id}/refresh", scope=WRITE, permission=FEDERATION)
async def refresh(call: Call, params: ById) -> BlockSubscription:
    """Look at it now. One that waits for review is applied as it is by now."""
    return _subscription(await subscriptions.refresh(call.tx, call.actor, params.id))


@routes.delete("/api/torg/v1/admin/block_subscriptions/{id}", scope=WRITE, permission=FEDERATION)
async def delete(call: Call, params: ById) -> Empty:
    """Follow it no longer. What it blocked stays blocked, as if by hand."""
    await subscriptions.unsubscribe(call.tx, call.actor, params.id)
    return {}
