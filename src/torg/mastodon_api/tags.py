"""Looking at, following and featuring a hashtag (Mastodon: methods/tags)."""

from __future__ import annotations

import msgspec

from torg.graph import tags
from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present.tags import tag
from torg.showcase import featured_tags

routes = Routes("tags")


class ByName(msgspec.Struct, kw_only=True):
    name: str


@routes.get("/api/v1/tags/{name:str}", auth="optional")
async def show(call: Call, params: ByName) -> entities.Tag:
    """A tag that nobody used yet is shown too, with the id 0."""
    members_only(call)
    return tag(call.origin, await tags.show(call.tx, call.actor, params.name))


@routes.post("/api/v1/tags/{name:str}/follow", scope=("write:follows", "follow"))
async def follow(call: Call, params: ByName) -> entities.Tag:
    return tag(call.origin, await tags.follow(call.tx, call.actor, params.name))


@routes.post("/api/v1/tags/{name:str}/unfollow", scope=("write:follows", "follow"))
async def unfollow(call: Call, params: ByName) -> entities.Tag:
    return tag(call.origin, await tags.unfollow(call.tx, call.actor, params.name))


@routes.post("/api/v1/tags/{name:str}/feature", scope="write:accounts")
async def feature(call: Call, params: ByName) -> entities.Tag:
    await tags.ensure(call.tx, params.name)
    await featured_tags.feature(call.tx, call.actor, params.name)
    return tag(call.origin, await tags.show(call.tx, call.actor, params.name))


@routes.post("/api/v1/tags/{name:str}/unfeature", scope="write:accounts")
async def unfeature(call: Call, params: ByName) -> entities.Tag:
    return tag(call.origin, await featured_tags.unfeature_name(call.tx, call.actor, params.name))
