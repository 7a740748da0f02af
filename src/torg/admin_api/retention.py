"""How long things stay, and what would go (docs/retention.md)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from torg.admin_api.forms import READ, WRITE, Empty, Nothing, given
from torg.engine import jobs
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.errors import invalid
from torg.moderation import log
from torg.orgs import rules as org_rules
from torg.orgs.model import Network
from torg.retention import actions, reads, store
from torg.retention.jobs import ONE
from torg.retention.model import Example, Preview, Tally

routes = Routes("torg admin")

OFFICE = Permission.MANAGE_COMPLIANCE


class AdminRetentionGroup(msgspec.Struct, kw_only=True):
    """A group with days of its own, which win over the network's."""

    id: str
    handle: str
    retention_days: int | None


class AdminRetention(msgspec.Struct, kw_only=True):
    """Days after which posts and messages go (null: never), and for how long snapshots of deleted ones are kept."""

    retention_days: int | None
    message_retention_days: int | None
    deleted_retention_days: int
    groups: list[AdminRetentionGroup]


class AdminRetentionTally(msgspec.Struct, kw_only=True):
    """How many would go of a group (`id` null: outside groups) or an author."""

    id: str | None
    name: str
    count: int


class AdminRetentionExample(msgspec.Struct, kw_only=True):
    """A post or message that would go. `text`: its first 200 characters."""

    id: str
    kind: str
    account_id: str
    handle: str
    group_id: str | None
    created_at: str
    text: str


class AdminRetentionPreview(msgspec.Struct, kw_only=True):
    """What would go now. `held`: old enough, but kept by a legal hold."""

    days: int | None
    message_days: int | None
    total: int
    held: int
    oldest: str | None
    by_kind: dict[str, int]
    by_group: list[AdminRetentionTally]
    by_author: list[AdminRetentionTally]
    files: int
    bytes: int
    examples: list[AdminRetentionExample]


class ChangeRetention(msgspec.Struct, kw_only=True):
    """What is left out stays; null: never."""

    retention_days: int | UnsetType | None = UNSET
    message_retention_days: int | UnsetType | None = UNSET
    deleted_retention_days: int | UnsetType = UNSET


class ChangeGroupRetention(msgspec.Struct, kw_only=True):
    """null or left out: the network's days hold for the group again."""

    id: int
    retention_days: int | None = None


class PreviewParams(msgspec.Struct, kw_only=True):
    """`days`, `message_days`: as if these were set. `after`: examples from after this id."""

    days: int | None = None
    message_days: int | None = None
    group_id: int | None = None
    after: int = 0
    limit: int = 20


async def _shown(call: Call, network: Network) -> AdminRetention:
    async with call.db.tx(call.actor.whole) as tx:
        groups = await store.groups(tx, network)
    return AdminRetention(
        retention_days=network.settings.retention_days,
        message_retention_days=network.settings.message_retention_days,
        deleted_retention_days=network.settings.deleted_retention_days,
        groups=[
            AdminRetentionGroup(id=str(one.id), handle=one.handle, retention_days=one.retention_days) for one in groups
        ],
    )


@routes.get("/api/torg/v1/admin/retention", scope=READ, permission=OFFICE, tx=False)
async def show(call: Call, params: Nothing) -> AdminRetention:
    """The network's days, and the groups that have their own."""
    async with call.db.tx(call.actor.whole) as tx:
        network = await actions.change(tx, call.actor, call.network, {})
    return await _shown(call, network)


@routes.patch("/api/torg/v1/admin/retention", scope=WRITE, permission=OFFICE, tx=False)
async def change(call: Call, form: ChangeRetention) -> AdminRetention:
    """Set the network's days. Look at the preview first: what has fallen due goes with the next run."""
    async with call.db.tx(call.actor.whole) as tx:
        tx.after_commit(call.services.networks.forget)
        network = await actions.change(tx, call.actor, call.network, given(form))
    return await _shown(call, network)


@routes.put("/api/torg/v1/admin/retention/groups/{id}", scope=WRITE, permission=OFFICE, tx=False)
async def change_group(call: Call, form: ChangeGroupRetention) -> AdminRetention:
    """Give a group days of its own, longer or shorter than the network's."""
    async with call.db.tx(call.actor.whole) as tx:
        await actions.change_group(tx, call.actor, call.network, form.id, form.retention_days)
        network = await actions.change(tx, call.actor, call.network, {})
    return await _shown(call, network)


@routes.get("/api/torg/v1/admin/retention/preview", scope=READ, permission=OFFICE, tx=False)
async def preview(call: Call, params: PreviewParams) -> AdminRetentionPreview:
    """What would go by group, author and kind, the oldest, a page of examples; nothing is removed."""
    for name in ("days", "message_days"):
        value = getattr(params, name)
        if value is not None and not 1 <= value <= org_rules.MOST_DAYS:
            raise invalid(name, "ERR_INVALID", f"must be a number from 1 to {org_rules.MOST_DAYS}")
    async with call.db.tx(call.actor.whole) as tx:
        network = await actions.change(tx, call.actor, call.network, {})
    found = await reads.looked_ahead(
        call.db,
        network,
        days=params.days,
        message_days=params.message_days,
        group_id=params.group_id,
        after=max(0, min(params.after, 2**63 - 1)),
        limit=max(1, min(params.limit, 100)),
    )
    return _preview(found)


@routes.post("/api/torg/v1/admin/retention/run", scope=WRITE, permission=OFFICE, tx=False)
async def run(call: Call, params: Nothing) -> Empty:
    """Remove what has fallen due now instead of with the next periodic run; a job does it."""
    async with call.db.tx(call.actor.whole) as tx:
        await jobs.enqueue(tx, ONE, None, key="retention")
        await log.record(tx, call.actor, "run", "retention", call.network.id)
    return {}


def _preview(found: Preview) -> AdminRetentionPreview:
    return AdminRetentionPreview(
        days=found.days,
        message_days=found.message_days,
        total=found.total,
        held=found.held,
        oldest=iso(found.oldest) if found.oldest else None,
        by_kind=found.by_kind,
        by_group=[_tally(one) for one in found.by_group],
        by_author=[_tally(one) for one in found.by_author],
        files=found.files,
        bytes=found.bytes,
        examples=[_example(one) for one in found.examples],
    )


def _tally(one: Tally) -> AdminRetentionTally:
    return AdminRetentionTally(id=None if one.id is None else str(one.id), name=one.name, count=one.count)


def _example(one: Example) -> AdminRetentionExample:
    return AdminRetentionExample(
        id=str(one.id),
        kind=one.kind,
        account_id=str(one.account_id),
        handle=one.handle,
        group_id=None if one.group_id is None else str(one.group_id),
        created_at=iso(one.created_at),
        text=one.text,
    )
