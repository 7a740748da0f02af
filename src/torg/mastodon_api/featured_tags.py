"""Hashtags on profiles (Mastodon: methods/featured_tags, methods/accounts)."""

from __future__ import annotations

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, Nothing
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present.accounts import url_of
from torg.mastodon_api.present.tags import featured, tag
from torg.showcase import featured_tags
from torg.showcase.model import FeaturedTag

routes = Routes("featured_tags")


class Name(msgspec.Struct, kw_only=True):
    name: str = ""


async def shown(call: Call, account_id: int, found: list[FeaturedTag]) -> list[entities.FeaturedTag]:
    owner = await accounts.visible(call.tx, account_id)
    return [featured(url_of(call.origin, owner), one) for one in found]


@routes.get("/api/v1/featured_tags", scope="read:accounts")
async def index(call: Call, _: Nothing) -> list[entities.FeaturedTag]:
    return await shown(call, call.me, await featured_tags.of_account(call.tx, call.actor, call.me))


@routes.get("/api/v1/accounts/{id}/featured_tags", auth="optional")
async def of_account(call: Call, params: ById) -> list[entities.FeaturedTag]:
    members_only(call)
    return await shown(call, params.id, await featured_tags.of_account(call.tx, call.actor, params.id))


@routes.post("/api/v1/featured_tags", scope="write:accounts")
async def create(call: Call, form: Name) -> entities.FeaturedTag:
    return (await shown(call, call.me, [await featured_tags.feature(call.tx, call.actor, form.name)]))[0]


@routes.delete("/api/v1/featured_tags/{id}", scope="write:accounts")
async def delete(call: Call, params: ById) -> entities.Empty:
    await featured_tags.unfeature(call.tx, call.actor, params.id)
    return entities.Empty()


@routes.get("/api/v1/featured_tags/suggestions", scope="read:accounts")
async def suggestions(call: Call, _: Nothing) -> list[entities.Tag]:
    """Up to ten tags that the caller used lately."""
    return [tag(call.origin, one) for one in await featured_tags.suggestions(call.tx, call.actor)]
