"""How far timelines have been read (Mastodon: methods/markers)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from torg.http import Call, Routes
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.notices import markers
from torg.notices.markers import Marker, Timeline

routes = Routes("markers")


class Timelines(msgspec.Struct, kw_only=True):
    timeline: list[str] = []


class Position(msgspec.Struct, kw_only=True):
    last_read_id: int


class Positions(msgspec.Struct, kw_only=True):
    home: Position | None = None
    notifications: Position | None = None


def shown(found: Iterable[Marker]) -> dict[str, entities.Marker]:
    return {
        m.timeline: entities.Marker(last_read_id=str(m.last_read_id), version=m.version, updated_at=iso(m.updated_at))
        for m in found
    }


@routes.get("/api/v1/markers", scope="read:statuses")
async def index(call: Call, params: Timelines) -> dict[str, entities.Marker]:
    return shown(await markers.get(call.tx, call.actor, params.timeline))


@routes.post("/api/v1/markers", scope="write:statuses")
async def create(call: Call, form: Positions) -> dict[str, entities.Marker]:
    given: list[tuple[Timeline, Position | None]] = [("home", form.home), ("notifications", form.notifications)]
    return shown([
        await markers.put(call.tx, call.actor, timeline, position.last_read_id)
        for timeline, position in given if position is not None
    ])  # fmt: skip
