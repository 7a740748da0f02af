"""Scheduled posts (Mastodon: methods/scheduled_statuses)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.clock import iso
from torg.kernel.errors import Invalid
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import media as present_media
from torg.media import reads as media
from torg.posts import schedule
from torg.posts.model import Audience
from torg.posts.schedule import Scheduled

routes = Routes("scheduled")


class Move(msgspec.Struct, kw_only=True):
    id: int
    scheduled_at: datetime | None = None


async def entity(call: Call, planned: Scheduled) -> entities.ScheduledStatus:
    """A planned post with the parameters it was planned with."""
    draft = planned.params
    visibility = "private"
    if draft.audience is Audience.EVERYONE:
        visibility = "public" if draft.listed else "unlisted"
    attached = await media.loose(call.tx, call.me, draft.media_ids) if draft.media_ids else []
    poll: Any = None
    if draft.poll:
        poll = entities.ScheduledPoll(
            options=draft.poll.options,
            expires_in=draft.poll.expires_in,
            multiple=draft.poll.multiple,
            hide_totals=draft.poll.hide_totals,
        )
    return entities.ScheduledStatus(
        id=str(planned.id),
        scheduled_at=iso(planned.scheduled_at),
        params=entities.ScheduledParams(
            text=draft.text,
            poll=poll,
            media_ids=[str(m) for m in draft.media_ids] or None,
            sensitive=draft.sensitive,
            spoiler_text=draft.spoiler or None,
            visibility=visibility,
            in_reply_to_id=draft.reply_to_id,
            language=draft.language,
            application_id=draft.app_id or 0,
            idempotency=draft.idempotency_key,
        ),
        media_attachments=[present_media.attachment(call.origin, m, call.network.kind) for m in attached],
    )


@routes.get("/api/v1/scheduled_statuses", scope="read:statuses")
async def index(call: Call, params: PageParams) -> Paged:
    found = await schedule.planned(call.tx, call.actor, page(params))
    return paged([await entity(call, planned) for planned in found], [planned.id for planned in found])


@routes.get("/api/v1/scheduled_statuses/{id}", scope="read:statuses")
async def show(call: Call, params: ById) -> entities.ScheduledStatus:
    return await entity(call, await schedule.find(call.tx, call.actor, params.id))


@routes.put("/api/v1/scheduled_statuses/{id}", scope="write:statuses")
async def update(call: Call, form: Move) -> entities.ScheduledStatus:
    if form.scheduled_at is None:
        raise Invalid("Validation failed: Scheduled at can't be blank")
    return await entity(call, await schedule.move(call.tx, call.actor, form.id, form.scheduled_at))


@routes.delete("/api/v1/scheduled_statuses/{id}", scope="write:statuses")
async def delete(call: Call, params: ById) -> dict[str, object]:
    await schedule.cancel(call.tx, call.actor, params.id)
    return {}
