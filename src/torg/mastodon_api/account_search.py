"""Accounts by name (Mastodon: methods/accounts)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.mastodon_api import elsewhere, entities
from torg.mastodon_api.forms import PageParams, page
from torg.mastodon_api.present import accounts as present
from torg.search import reads

routes = Routes("accounts")


class Search(msgspec.Struct, kw_only=True):
    """`resolve` asks the server of a handle for its account."""

    q: str = ""
    limit: int | None = None
    offset: int = 0
    resolve: bool = False
    following: bool = False


@routes.get("/api/v1/accounts/search", scope="read:accounts", before=elsewhere.found)
async def search(call: Call, params: Search) -> list[entities.Account]:
    limit = page(PageParams(limit=params.limit), 40, 80).limit
    found = await reads.accounts(
        call.tx,
        call.actor,
        params.q,
        here=call.network.host,
        following=params.following,
        limit=limit,
        offset=params.offset,
    )
    first = None if params.offset or params.following else await elsewhere.account(call)
    if first is not None:
        found = [first, *(one for one in found if one.id != first.id)][:limit]
    return await present.accounts(call.tx, call.actor, call.origin, found)
