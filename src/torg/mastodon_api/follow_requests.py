"""Those who ask to follow (Mastodon: methods/follow_requests)."""

from __future__ import annotations

import msgspec

from torg.graph import reads
from torg.groups import requests
from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import PageParams, page, sliced
from torg.mastodon_api.present import accounts as present
from torg.mastodon_api.relationships import between

routes = Routes("follow_requests")


class ByAccount(msgspec.Struct, kw_only=True):
    account_id: int


@routes.get("/api/v1/follow_requests", scope=("read:follows", "follow"))
async def index(call: Call, params: PageParams) -> Paged[entities.Account]:
    found = await reads.listed(call.tx, call.actor, "follow_requests", page(params, 40, 80))
    return sliced(await present.accounts(call.tx, call.actor, call.origin, found.items), found)


@routes.post("/api/v1/follow_requests/{account_id}/authorize", scope=("write:follows", "follow"))
async def authorize(call: Call, params: ByAccount) -> entities.Relationship:
    await requests.authorize(call.tx, call.actor, params.account_id)
    return await between(call, params.account_id)


@routes.post("/api/v1/follow_requests/{account_id}/reject", scope=("write:follows", "follow"))
async def reject(call: Call, params: ByAccount) -> entities.Relationship:
    await requests.reject(call.tx, call.actor, params.account_id)
    return await between(call, params.account_id)
