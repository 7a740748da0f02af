"""Accounts by name (Mastodon: methods/accounts)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import PageParams, page
from torg.mastodon_api.present import accounts as present
from torg.search import reads

routes = Routes("accounts")


class Search(msgspec.Struct, kw_only=True):
    """`resolve` asks for accounts elsewhere to be fetched; until the network federates there are none to fetch."""

    q: str = ""
    limit: int | None = None
    offset: int = 0
    resolve: bool = False
    following: bool = False


@routes.get("/api/v1/accounts/search", scope="read:accounts")
async def search(call: Call, params: Search) -> list[entities.Account]:
    found = await reads.accounts(
        call.tx,
        call.actor,
        params.q,
        here=call.network.host,
        following=params.following,
        limit=page(PageParams(limit=params.limit), 40, 80).limit,
        offset=params.offset,
    )
    return await present.accounts(call.tx, call.actor, call.origin, found)
