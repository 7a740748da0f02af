"""Follow, unfollow, and what two accounts are to each other (Mastodon: methods/accounts)."""

from __future__ import annotations

import msgspec

from torg.graph import actions, reads
from torg.graph.model import FollowOptions, Ties
from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageById, page, sliced
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present import accounts as present
from torg.mastodon_api.present.relationships import relationship

routes = Routes("accounts")


class Follow(msgspec.Struct, kw_only=True):
    """POST /api/v1/accounts/:id/follow; what is left out stays as it is."""

    id: int
    reblogs: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None


class ManyRelationships(msgspec.Struct, kw_only=True):
    id: list[int] = []
    with_suspended: bool = False


async def between(call: Call, account_id: int) -> entities.Relationship:
    """The caller's relationship with one account after a verb that found it; none with a hidden group just left."""
    found = await reads.many_ties(call.tx, call.actor, [account_id], suspended=True)
    return relationship(found[0] if found else Ties(id=account_id))


@routes.get("/api/v1/accounts/relationships", scope="read:follows")
async def relationships(call: Call, params: ManyRelationships) -> list[entities.Relationship]:
    found = await reads.many_ties(call.tx, call.actor, params.id[:200], suspended=params.with_suspended)
    return [relationship(ties) for ties in found]


@routes.post("/api/v1/accounts/{id}/follow", scope="write:follows")
async def follow(call: Call, form: Follow) -> entities.Relationship:
    """Follow, ask a locked account, or change an existing follow."""
    options = FollowOptions(boosts=form.reblogs, notify=form.notify, languages=form.languages)
    await actions.follow(call.tx, call.actor, form.id, options)
    return await between(call, form.id)


@routes.post("/api/v1/accounts/{id}/unfollow", scope="write:follows")
async def unfollow(call: Call, params: ById) -> entities.Relationship:
    """Unfollow, withdraw a request, leave a group."""
    await actions.unfollow(call.tx, call.actor, params.id)
    return await between(call, params.id)


@routes.post("/api/v1/accounts/{id}/remove_from_followers", scope="write:follows")
async def remove_from_followers(call: Call, params: ById) -> entities.Relationship:
    await actions.remove_follower(call.tx, call.actor, params.id)
    return await between(call, params.id)


@routes.get("/api/v1/accounts/{id}/followers", auth="optional", replica=True)
async def followers(call: Call, params: PageById) -> Paged[entities.Account]:
    members_only(call)
    found = await reads.followers(call.tx, call.actor, params.id, page(params, 40, 80))
    return sliced(await present.accounts(call.tx, call.actor, call.origin, found.items), found)


@routes.get("/api/v1/accounts/{id}/following", auth="optional", replica=True)
async def following(call: Call, params: PageById) -> Paged[entities.Account]:
    members_only(call)
    found = await reads.following(call.tx, call.actor, params.id, page(params, 40, 80))
    return sliced(await present.accounts(call.tx, call.actor, call.origin, found.items), found)
