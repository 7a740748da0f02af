"""Accounts featured on a profile (Mastodon: methods/endorsements, methods/accounts)."""

from __future__ import annotations

from torg.graph import actions, reads
from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageById, PageParams, page, sliced
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present import accounts as present
from torg.mastodon_api.relationships import between

routes = Routes("endorsements")


@routes.post("/api/v1/accounts/{id}/pin", scope="write:accounts")
@routes.post("/api/v1/accounts/{id}/endorse", scope="write:accounts")
async def endorse(call: Call, params: ById) -> entities.Relationship:
    """`pin` is the older name."""
    await actions.endorse(call.tx, call.actor, params.id)
    return await between(call, params.id)


@routes.post("/api/v1/accounts/{id}/unpin", scope="write:accounts")
@routes.post("/api/v1/accounts/{id}/unendorse", scope="write:accounts")
async def unendorse(call: Call, params: ById) -> entities.Relationship:
    await actions.unendorse(call.tx, call.actor, params.id)
    return await between(call, params.id)


@routes.get("/api/v1/accounts/{id}/endorsements", auth="optional")
async def of_account(call: Call, params: PageById) -> Paged[entities.Account]:
    members_only(call)
    found = await reads.endorsed(call.tx, call.actor, params.id, page(params, 40, 80))
    return sliced(await present.accounts(call.tx, call.actor, call.origin, found.items), found)


@routes.get("/api/v1/endorsements", scope="read:accounts")
async def index(call: Call, params: PageParams) -> Paged[entities.Account]:
    found = await reads.listed(call.tx, call.actor, "endorsements", page(params, 40, 80))
    return sliced(await present.accounts(call.tx, call.actor, call.origin, found.items), found)
