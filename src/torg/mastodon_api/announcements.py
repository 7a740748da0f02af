"""Announcements (Mastodon: methods/announcements)."""

from __future__ import annotations

import msgspec

from torg.announcements import actions, reads
from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById
from torg.mastodon_api.present import announcements as present
from torg.mastodon_api.torg import must_see_announcements

routes = Routes("announcements")

Empty = dict[str, object]


class Listed(msgspec.Struct, kw_only=True):
    """`with_dismissed` is of older documentation: false leaves out what has been read; the entity tells that now."""

    with_dismissed: bool = True


class Answer(msgspec.Struct, kw_only=True):
    id: int
    name: str


@routes.get("/api/v1/announcements")
async def index(call: Call, params: Listed) -> list[entities.Announcement]:
    found = await reads.active(call.tx, call.actor, with_dismissed=params.with_dismissed)
    shown = await present.announcements(call.tx, call.actor, call.origin, found)
    return shown + await must_see_announcements.current(call, with_read=params.with_dismissed)


@routes.post("/api/v1/announcements/{id}/dismiss", scope="write:accounts")
async def dismiss(call: Call, params: ById) -> Empty:
    if not await must_see_announcements.dismiss(call, params.id):
        await actions.dismiss(call.tx, call.actor, params.id)
    return {}


@routes.put("/api/v1/announcements/{id}/reactions/{name}", scope="write:favourites")
async def react(call: Call, params: Answer) -> Empty:
    await actions.react(call.tx, call.actor, params.id, params.name)
    return {}


@routes.delete("/api/v1/announcements/{id}/reactions/{name}", scope="write:favourites")
async def unreact(call: Call, params: Answer) -> Empty:
    await actions.unreact(call.tx, call.actor, params.id, params.name)
    return {}
