"""Blogs mirrored into accounts of a public network (FEATURES L6)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.kernel.clock import iso, now
from torg.mastodon_api import entities
from torg.mastodon_api.entities.torg.mirrors import Mirror
from torg.mastodon_api.forms import ById
from torg.mastodon_api.present import accounts as present_accounts
from torg.mirrors import actions, model

routes = Routes("mirrors")


class Listed(msgspec.Struct, kw_only=True):
    """For who manages users: `account_id`, or `whole` for all of the network."""

    account_id: int | None = None
    whole: bool = False
    limit: int = 40
    offset: int = 0


class NewMirror(msgspec.Struct, kw_only=True):
    """`url` of the feed, or of a page that names it. `account_id`: another's, for who manages users."""

    url: str = ""
    account_id: int | None = None


@routes.get("/api/torg/v1/mirrors", scope="read:accounts")
async def index(call: Call, params: Listed) -> list[Mirror]:
    """The feeds that are mirrored into one's account, with what was wrong at the last visit."""
    found = await actions.listed(
        call.tx, call.actor, call.network, account_id=params.account_id, whole=params.whole, limit=params.limit,
        offset=params.offset,
    )  # fmt: skip
    return await _shown(call, found)


@routes.post("/api/torg/v1/mirrors", scope="write:accounts")
async def create(call: Call, form: NewMirror) -> Mirror:
    """Mirror a feed: the newest three entries at first, then each new one. At most five for an account."""
    id_ = await actions.connect(call.tx, call.actor, call.network, form.url, account_id=form.account_id)
    return await _one(call, id_)


@routes.get("/api/torg/v1/mirrors/{id}", scope="read:accounts")
async def show(call: Call, params: ById) -> Mirror:
    return await _one(call, params.id)


@routes.post("/api/torg/v1/mirrors/{id}/check", scope="write:accounts")
async def check(call: Call, params: ById) -> Mirror:
    """Visit the feed now; one that was given up is tried again. 429 within five minutes of the last visit."""
    await actions.ask_now(call.tx, call.actor, call.network, params.id)
    return await _one(call, params.id)


@routes.delete("/api/torg/v1/mirrors/{id}", scope="write:accounts")
async def delete(call: Call, params: ById) -> entities.Empty:
    """Mirror it no more. What was posted stays."""
    await actions.let_go(call.tx, call.actor, call.network, params.id)
    return entities.Empty()


async def _one(call: Call, id_: int) -> Mirror:
    return (await _shown(call, [await actions.own(call.tx, call.actor, call.network, id_)]))[0]


async def _shown(call: Call, found: Sequence[model.Mirror]) -> list[Mirror]:
    people = await accounts.by_ids(call.tx, {one.account_id for one in found})
    faces = await present_accounts.accounts(call.tx, call.actor, call.origin, people.values())
    named = dict(zip(people, faces, strict=True))
    return [
        Mirror(
            id=str(one.id),
            account=named[one.account_id],
            url=one.url,
            title=one.title,
            state=one.state,
            problem=one.problem,
            detail=one.detail,
            told_by_hub=one.told_by_hub(now()),
            checked_at=iso(one.checked_at) if one.checked_at else None,
            next_at=iso(one.next_at) if one.state == "active" else None,
            failing_since=iso(one.failing_since) if one.failing_since else None,
            created_at=iso(one.created_at),
        )
        for one in found
    ]
