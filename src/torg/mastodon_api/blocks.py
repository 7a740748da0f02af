"""Blocking accounts (Mastodon: methods/blocks, methods/accounts)."""

from __future__ import annotations

from torg.graph import actions, reads
from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, sliced
from torg.mastodon_api.present import accounts as present
from torg.mastodon_api.relationships import between

routes = Routes("blocks")


@routes.post("/api/v1/accounts/{id}/block", scope="write:blocks")
async def block(call: Call, params: ById) -> entities.Relationship:
    await actions.block(call.tx, call.actor, params.id)
    return await between(call, params.id)


@routes.post("/api/v1/accounts/{id}/unblock", scope="write:blocks")
async def unblock(call: Call, params: ById) -> entities.Relationship:
    await actions.unblock(call.tx, call.actor, params.id)
    return await between(call, params.id)


@routes.get("/api/v1/blocks", scope=("read:blocks", "follow"))
async def index(call: Call, params: PageParams) -> Paged[entities.Account]:
    found = await reads.listed(call.tx, call.actor, "blocks", page(params, 40, 80))
    return sliced(await present.accounts(call.tx, call.actor, call.origin, found.items), found)
