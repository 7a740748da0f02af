"""Muting accounts, for a while or for good (Mastodon: methods/mutes, methods/accounts)."""

from __future__ import annotations

import msgspec

from torg.graph import actions, reads
from torg.http import Call, Paged, Routes
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, sliced
from torg.mastodon_api.present import accounts as present
from torg.mastodon_api.present import scene as scenes
from torg.mastodon_api.relationships import between

routes = Routes("mutes")


class Mute(msgspec.Struct, kw_only=True):
    """POST /api/v1/accounts/:id/mute; `duration` in seconds, 0 for good."""

    id: int
    notifications: bool = True
    duration: int = 0


@routes.post("/api/v1/accounts/{id}/mute", scope=("write:mutes", "follow"))
async def mute(call: Call, form: Mute) -> entities.Relationship:
    await actions.mute(call.tx, call.actor, form.id, notifications=form.notifications, seconds=form.duration)
    return await between(call, form.id)


@routes.post("/api/v1/accounts/{id}/unmute", scope=("write:mutes", "follow"))
async def unmute(call: Call, params: ById) -> entities.Relationship:
    await actions.unmute(call.tx, call.actor, params.id)
    return await between(call, params.id)


@routes.get("/api/v1/mutes", scope=("read:mutes", "follow"))
async def index(call: Call, params: PageParams) -> Paged[entities.MutedAccount]:
    """Each account with the end of its mute."""
    found, ends = await reads.muted(call.tx, call.actor, page(params, 40, 80))
    scene = await scenes.load(call.tx, call.actor, call.origin, found.items, ())
    shown = [
        entities.MutedAccount(
            **present.shared(scene, account),  # type: ignore[arg-type]
            mute_expires_at=iso(end) if (end := ends[account.id]) else None,
        )
        for account in found.items
    ]
    return sliced(shown, found)
