"""How far a reader has read: a marker per timeline, shared by all of the reader's apps (Mastodon: methods/markers)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Conflict
from torg.notices.store import tenant

Timeline = Literal["home", "notifications"]
OF = "org_id = %(org)s AND network_id = %(network)s AND account_id = %(me)s"


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """`version` grows with each write."""

    timeline: Timeline
    last_read_id: int
    version: int
    updated_at: datetime


async def get(tx: Tx, actor: Actor, timelines: Iterable[str]) -> list[Marker]:
    """The markers of these timelines that have been set."""
    return await tx.all(
        f"""SELECT timeline, last_read_id, version, updated_at FROM markers
            WHERE {OF} AND timeline = ANY(%(timelines)s) ORDER BY timeline""",
        {**tenant(tx, actor.me), "timelines": list(timelines)},
        as_=Marker,
    )


async def put(tx: Tx, actor: Actor, timeline: Timeline, last_read_id: int) -> Marker:
    """Set a marker. Conflict (409) while another of the reader's apps is setting the same one."""
    params = {**tenant(tx, actor.me), "timeline": timeline, "id": last_read_id}
    there = await tx.value(f"SELECT true FROM markers WHERE {OF} AND timeline = %(timeline)s", params)
    free = await tx.value(
        f"SELECT true FROM markers WHERE {OF} AND timeline = %(timeline)s FOR UPDATE SKIP LOCKED", params
    )
    if there and not free:
        raise Conflict("Conflict during update, please try again")
    found = await tx.one(
        """INSERT INTO markers (org_id, network_id, account_id, timeline, last_read_id)
           VALUES (%(org)s, %(network)s, %(me)s, %(timeline)s, %(id)s)
           ON CONFLICT (org_id, account_id, timeline) DO UPDATE
           SET last_read_id = excluded.last_read_id, version = markers.version + 1, updated_at = now()
           RETURNING timeline, last_read_id, version, updated_at""",
        params,
        as_=Marker,
    )
    assert found is not None, "an upsert returns its row"
    return found
