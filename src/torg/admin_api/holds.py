"""Legal holds (docs/compliance.md). Only who may manage compliance learns that there are any."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from torg.admin_api.forms import READ, WRITE, ById
from torg.compliance import holds
from torg.compliance.model import Hold, HoldDraft, HoldKind, Kept
from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso, now
from torg.kernel.errors import invalid
from torg.kernel.page import Page

routes = Routes("torg admin")

OFFICE = Permission.MANAGE_COMPLIANCE


class AdminHold(msgspec.Struct, kw_only=True):
    """A legal hold. `state`: planned, active, released or ended."""

    id: str
    name: str
    reason: str
    kind: str
    account_ids: list[str]
    group_id: str | None
    tag: str | None
    expression: str | None
    state: str
    starts_at: str
    ends_at: str | None
    released_at: str | None
    created_by: str
    created_at: str


class AdminHoldKept(AdminHold, kw_only=True):
    """With how much of what its authors deleted, or what was edited away, it keeps."""

    kept_posts: int
    kept_messages: int
    kept_media: int


class NewHold(msgspec.Struct, kw_only=True):
    """`account_id` for a person, `group_id`, `tag`, `expression` for a search: the one that `kind` asks for."""

    name: str = ""
    kind: str = ""
    reason: str = ""
    account_id: int | None = None
    group_id: int | None = None
    tag: str | None = None
    expression: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class ListHolds(msgspec.Struct, kw_only=True):
    active: bool | None = None
    limit: int | None = None
    max_id: int | None = None
    min_id: int | None = None


@routes.get("/api/torg/v1/admin/holds", scope=READ, permission=OFFICE, tx=False)
async def index(call: Call, params: ListHolds) -> Paged[AdminHold]:
    """The network's holds, the newest first; `active` true or false for only such."""
    page = Page(limit=params.limit or 0, max_id=params.max_id, min_id=params.min_id).capped(40, 200)
    async with call.db.tx(call.actor.whole) as tx:
        found = await holds.listed(tx, call.actor, page, active=params.active)
    return Paged([AdminHold(**_values(one)) for one in found], found[0].id if found else None, _last(found))


def _last(found: list[Hold]) -> int | None:
    return found[-1].id if found else None


@routes.post("/api/torg/v1/admin/holds", scope=WRITE, permission=OFFICE, tx=False)
async def create(call: Call, form: NewHold) -> AdminHoldKept:
    """Lay a hold on a person (in all networks of the organisation), a group, a tag, a search or the whole network."""
    kinds: tuple[HoldKind, ...] = ("person", "group", "tag", "network", "search")
    kind = next((kind for kind in kinds if kind == form.kind), None)
    if kind is None:
        raise invalid("kind", "ERR_INCLUSION", "is not included in the list")
    draft = HoldDraft(
        name=form.name,
        kind=kind,
        reason=form.reason,
        account_id=form.account_id,
        group_id=form.group_id,
        tag=form.tag,
        expression=form.expression,
        starts_at=form.starts_at,
        ends_at=form.ends_at,
    )
    async with call.db.tx(call.actor.whole) as tx:
        made = await holds.lay(tx, call.actor, draft)
    return _shown(made, Kept(posts=0, messages=0, media=0))


@routes.get("/api/torg/v1/admin/holds/{id}", scope=READ, permission=OFFICE, tx=False)
async def show(call: Call, params: ById) -> AdminHoldKept:
    """A hold, and how much it keeps."""
    async with call.db.tx(call.actor.whole) as tx:
        return _shown(*await holds.find(tx, call.actor, params.id))


@routes.post("/api/torg/v1/admin/holds/{id}/release", scope=WRITE, permission=OFFICE, tx=False)
async def release(call: Call, params: ById) -> AdminHold:
    """End a hold now: what it alone kept falls due."""
    async with call.db.tx(call.actor.whole) as tx:
        return AdminHold(**_values(await holds.release(tx, call.actor, params.id)))


def _shown(hold: Hold, kept: Kept) -> AdminHoldKept:
    return AdminHoldKept(**_values(hold), kept_posts=kept.posts, kept_messages=kept.messages, kept_media=kept.media)


def _values(hold: Hold) -> dict[str, Any]:
    state = (
        "released" if hold.released_at
        else "ended" if hold.ends_at and hold.ends_at <= now()
        else "planned" if hold.starts_at > now()
        else "active"
    )  # fmt: skip
    return {
        "id": str(hold.id),
        "name": hold.name,
        "reason": hold.reason,
        "kind": hold.kind,
        "account_ids": [str(id_) for id_ in hold.account_ids],
        "group_id": None if hold.group_id is None else str(hold.group_id),
        "tag": hold.tag,
        "expression": hold.expression,
        "state": state,
        "starts_at": iso(hold.starts_at),
        "ends_at": iso(hold.ends_at) if hold.ends_at else None,
        "released_at": iso(hold.released_at) if hold.released_at else None,
        "created_by": str(hold.created_by),
        "created_at": iso(hold.created_at),
    }
