"""The caller's followed hashtags (Mastodon: methods/followed_tags)."""

from __future__ import annotations

from torg.graph import tags
from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import PageParams, page, sliced
from torg.mastodon_api.present.tags import tag

routes = Routes("followed_tags")


@routes.get("/api/v1/followed_tags", scope=("read:follows", "follow"))
async def index(call: Call, params: PageParams) -> Paged[entities.Tag]:
    found = await tags.followed(call.tx, call.actor, page(params, 100, 200))
    return sliced([tag(call.origin, one) for one in found.items], found)
