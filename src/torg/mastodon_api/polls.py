"""Polls (Mastodon: methods/polls)."""

from __future__ import annotations

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById
from torg.mastodon_api.present import scene, statuses
from torg.posts import polls
from torg.posts.model import Poll

routes = Routes("polls")


class Vote(msgspec.Struct, kw_only=True):
    id: int
    choices: list[int] = []


@routes.get("/api/v1/polls/{id}", auth="optional", scope="read:statuses")
async def show(call: Call, params: ById) -> entities.Poll:
    _, poll = await polls.find(call.tx, call.actor, params.id)
    return await _entity(call, poll)


@routes.post("/api/v1/polls/{id}/votes", scope="write:statuses")
async def vote(call: Call, form: Vote) -> entities.Poll:
    return await _entity(call, await polls.vote(call.tx, call.actor, form.id, form.choices))


async def _entity(call: Call, poll: Poll) -> entities.Poll:
    author = await accounts.by_ids(call.tx, [poll.account_id])
    around = await scene.load(call.tx, call.actor, call.origin, author.values(), poll.options)
    host = author[poll.account_id].host if poll.account_id in author else ""
    return statuses.poll(around, poll, host=host)
