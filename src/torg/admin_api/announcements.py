"""Announcements for those who write them; readers have Mastodon's methods/announcements."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from torg.admin_api import entities
from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing, given
from torg.announcements import actions, reads
from torg.announcements.model import Announcement, Draft
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso

routes = Routes("torg admin")

OFFICE = Permission.MANAGE_ANNOUNCEMENTS


class NewAnnouncement(msgspec.Struct, kw_only=True):
    """`scheduled_at`: it is published by itself then; else `publish` says whether at once."""

    text: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: bool = False
    scheduled_at: datetime | None = None
    publish: bool = True


class ChangeAnnouncement(msgspec.Struct, kw_only=True):
    """What is left out stays; an empty time takes it away."""

    id: int
    text: str | UnsetType = UNSET
    starts_at: datetime | UnsetType | None = UNSET
    ends_at: datetime | UnsetType | None = UNSET
    all_day: bool | UnsetType = UNSET
    scheduled_at: datetime | UnsetType | None = UNSET


def _shown(found: Announcement) -> entities.AdminAnnouncement:
    def moment(at: datetime | None) -> str | None:
        return iso(at) if at else None

    return entities.AdminAnnouncement(
        id=str(found.id),
        text=found.text,
        content=found.html,
        starts_at=moment(found.starts_at),
        ends_at=moment(found.ends_at),
        all_day=found.all_day,
        published=found.published_at is not None,
        published_at=moment(found.published_at),
        scheduled_at=moment(found.scheduled_at),
        created_at=iso(found.created_at),
        updated_at=iso(found.updated_at),
    )


@routes.get("/api/torg/v1/admin/announcements", scope=READ, permission=OFFICE)
async def index(call: Call, params: Nothing) -> list[entities.AdminAnnouncement]:
    """All announcements, drafts and past ones too, the oldest first."""
    return [_shown(one) for one in await reads.for_administrators(call.tx, call.actor)]


@routes.get("/api/torg/v1/admin/announcements/{id}", scope=READ, permission=OFFICE)
async def show(call: Call, params: ById) -> entities.AdminAnnouncement:
    """One announcement with its text as typed."""
    return _shown(await reads.for_administrator(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/admin/announcements", scope=WRITE, permission=OFFICE)
async def create(call: Call, form: NewAnnouncement) -> entities.AdminAnnouncement:
    """Write an announcement: published now, at a time, or kept as a draft."""
    draft = Draft(**msgspec.structs.asdict(form))
    return _shown(await actions.create(call.tx, call.actor, call.network, draft, origin=call.origin))


@routes.put("/api/torg/v1/admin/announcements/{id}", scope=WRITE, permission=OFFICE)
async def update(call: Call, form: ChangeAnnouncement) -> entities.AdminAnnouncement:
    """Change an announcement; whether it is published stays as it is."""
    before = await reads.for_administrator(call.tx, call.actor, form.id)
    kept = {name: getattr(before, name) for name in ("text", "starts_at", "ends_at", "all_day", "scheduled_at")}
    changes = given(form)
    del changes["id"]
    draft = Draft(**{**kept, **changes})
    return _shown(await actions.update(call.tx, call.actor, call.network, form.id, draft, origin=call.origin))


@routes.post("/api/torg/v1/admin/announcements/{id}/publish", scope=WRITE, permission=OFFICE)
async def publish(call: Call, params: ById) -> entities.AdminAnnouncement:
    """Let everybody read it; again changes nothing."""
    return _shown(await actions.publish(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/admin/announcements/{id}/unpublish", scope=WRITE, permission=OFFICE)
async def unpublish(call: Call, params: ById) -> entities.AdminAnnouncement:
    """Take it back; it stays as a draft."""
    return _shown(await actions.unpublish(call.tx, call.actor, params.id))


@routes.delete("/api/torg/v1/admin/announcements/{id}", scope=WRITE, permission=OFFICE)
async def delete(call: Call, params: ById) -> Empty:
    """Delete it with the answers to it."""
    await actions.delete(call.tx, call.actor, params.id)
    return {}
