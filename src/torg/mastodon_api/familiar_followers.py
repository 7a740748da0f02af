"""Followers whom the caller knows (Mastodon: methods/accounts)."""

from __future__ import annotations

import msgspec

from torg.accounts import reads as accounts
from torg.graph import reads
from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.present import accounts as present

routes = Routes("accounts")


class Many(msgspec.Struct, kw_only=True):
    id: list[int] = []


@routes.get("/api/v1/accounts/familiar_followers", scope="read:follows")
async def familiar_followers(call: Call, params: Many) -> list[entities.FamiliarFollowers]:
    """One entry for each account that can be seen, in the order asked for."""
    wanted = list(dict.fromkeys(params.id))[:80]
    known = await accounts.by_ids(call.tx, wanted)
    found = await reads.familiar(call.tx, call.actor, wanted)
    people = {account.id: account for friends in found.values() for account in friends}
    shown = await present.accounts(call.tx, call.actor, call.origin, people.values())
    by_id = dict(zip(people, shown, strict=True))
    return [
        entities.FamiliarFollowers(id=str(id_), accounts=[by_id[friend.id] for friend in found.get(id_, [])])
        for id_ in wanted
        if id_ in known and known[id_].visible
    ]
