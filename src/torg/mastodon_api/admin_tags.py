"""Hashtags for moderators: may they be used, found and trend? (Routes that Mastodon has and does not document.)"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.graph import tags as graph_tags
from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import tags as present
from torg.moderation import tags

routes = Routes("admin")

TAXONOMIES = Permission.MANAGE_TAXONOMIES


class ChangeTag(msgspec.Struct, kw_only=True):
    id: int
    display_name: str | None = None
    usable: bool | None = None
    trendable: bool | None = None
    listable: bool | None = None


async def shown(call: Call, ids: Sequence[int]) -> list[entities.AdminTag]:
    """Tags by id in this order, with what moderators have decided about each (docs: entities/Tag#admin)."""
    decided = await tags.decided(call.tx, ids)
    return [
        entities.AdminTag(
            **msgspec.structs.asdict(present.tag(call.origin, view)),
            trendable=decided[view.id].trendable is not False,
            usable=decided[view.id].usable,
            requires_review=decided[view.id].reviewed_at is None,
        )
        for view in await graph_tags.views(call.tx, call.actor, ids)
    ]


@routes.get("/api/v1/admin/tags", scope="admin:read", permission=TAXONOMIES)
async def index(call: Call, params: PageParams) -> Paged[entities.AdminTag]:
    ids = await tags.listed(call.tx, page(params, 100, 200))
    return paged(await shown(call, ids), ids)


@routes.get("/api/v1/admin/tags/{id}", scope="admin:read", permission=TAXONOMIES)
async def show(call: Call, params: ById) -> entities.AdminTag:
    found = await shown(call, [params.id])
    if not found:
        raise NotFound
    return found[0]


@routes.put("/api/v1/admin/tags/{id}", scope="admin:write", permission=TAXONOMIES)
async def update(call: Call, form: ChangeTag) -> entities.AdminTag:
    await tags.decide(
        call.tx,
        call.actor,
        form.id,
        display_name=form.display_name,
        usable=form.usable,
        trendable=form.trendable,
        listable=form.listable,
    )
    return (await shown(call, [form.id]))[0]
