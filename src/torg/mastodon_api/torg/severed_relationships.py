"""Follows lost with servers and accounts that were shut out (docs/moderation.md): Torg's own methods.

Mastodon tells of them in notifications, and has the lists on its pages only.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.graph import severances
from torg.http import Call, Paged, Reply, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import PageParams, page, sliced
from torg.mastodon_api.present.severances import severance
from torg.portability import severed

routes = Routes("severed relationships")

READ = "read:follows"


class Lost(msgspec.Struct, kw_only=True):
    """`direction`: whom one followed, or who followed."""

    id: int
    direction: Literal["following", "followers"]


@routes.get("/api/torg/v1/severed_relationships", scope=(READ, "follow"))
async def index(call: Call, params: PageParams) -> Paged[entities.RelationshipSeveranceEvent]:
    """What one lost, newest first."""
    found = await severances.listed(call.tx, call.actor, page(params, 40, 80))
    return sliced([severance(one) for one in found.items], found)


@routes.get("/api/torg/v1/severed_relationships/{id}/{direction}", scope=(READ, "follow"))
async def lost(call: Call, params: Lost) -> Reply[str]:
    """The accounts as text/csv in Mastodon's form, which any server's import reads. 404 for another's."""
    following = params.direction == "following"
    found = await severances.lost(call.tx, call.actor, params.id, following=following)
    text = severed.written(found, following=following)
    name = f"{params.direction}-{params.id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Reply(text, headers=headers, media_type="text/csv; charset=utf-8")
