"""What a member is to an account: the buttons on a profile, who asks to follow, followers and followed."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.graph import actions, reads
from torg.graph.model import FollowOptions
from torg.http import Call, Routes
from torg.kernel.errors import NotFound
from torg.kernel.page import Page, Slice
from torg.web.answer import answer
from torg.web.forms import Handle, Look, Turn
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.undo import DEEDS, Deed, told
from torg.web.visitor import kept_out, visitor_of

routes = Routes("pages")

SHOWN = 40


class Pressed(Look, kw_only=True):
    id: int
    verb: str
    csrf: str | None = None
    days: int = 0
    undo: bool = False
    again: bool = False
    """With `unblock`: follow again, as before the block."""


class Asked(Look, kw_only=True):
    id: int
    verdict: Literal["authorize", "reject"]
    csrf: str | None = None


@routes.post("/accounts/{id}/{verb}", auth="none", hidden=True)
async def press(call: Call, form: Pressed) -> Response:
    """Follow, mute, block, be told of posts, and undo each."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    tx, actor = call.tx, visitor.actor
    account = await accounts.visible(tx, form.id)
    before = await reads.ties(tx, actor, account.id)
    match form.verb:
        case "follow":
            await actions.follow(tx, actor, account.id, FollowOptions())
        case "unfollow":
            await actions.unfollow(tx, actor, account.id)
        case "notify" | "quiet":
            await actions.follow(tx, actor, account.id, FollowOptions(notify=form.verb == "notify"))
        case "boosts" | "no_boosts":
            await actions.follow(tx, actor, account.id, FollowOptions(boosts=form.verb == "boosts"))
        case "mute":
            await actions.mute(tx, actor, account.id, seconds=max(form.days, 0) * 86_400)
        case "unmute":
            await actions.unmute(tx, actor, account.id)
        case "block":
            await actions.block(tx, actor, account.id)
        case "unblock":
            await actions.unblock(tx, actor, account.id)
            if form.again:
                await actions.follow(tx, actor, account.id, FollowOptions())
        case "endorse":
            await actions.endorse(tx, actor, account.id)
        case "unendorse":
            await actions.unendorse(tx, actor, account.id)
        case "remove":
            await actions.remove_follower(tx, actor, account.id)
        case _:
            raise NotFound
    did = "ask" if form.verb == "follow" and not (await reads.ties(tx, actor, account.id)).following else form.verb
    fields = {"again": "true"} if form.verb == "block" and before.following else {}
    response = onward(f"/@{account.acct}")
    if form.undo:
        return told(call, response, Deed(did="undone"))
    return told(call, response, Deed(did=did, id=account.id, fields=fields)) if did in DEEDS else response


@routes.get("/follow_requests", auth="none", hidden=True)
async def waiting(call: Call, params: Turn) -> Response:
    """Who asks to follow."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    page = Page(limit=SHOWN, max_id=params.max_id)
    found = await reads.listed(call.tx, visitor.actor, "follow_requests", page)
    at = await presenting(call.tx, visitor, [], *found.items)
    older = found.last_id if len(found.items) == SHOWN else None
    return answer(visitor, "follow_requests.html", at, people=found.items, older=older)


@routes.post("/follow_requests/{id}/{verdict}", auth="none", hidden=True)
async def decide(call: Call, form: Asked) -> Response:
    """Yes or no."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    verb = actions.authorize if form.verdict == "authorize" else actions.reject
    await verb(call.tx, visitor.actor, form.id)
    return onward("/follow_requests")


@routes.get("/@{handle}/followers", auth="none", hidden=True)
async def followers(call: Call, params: Handle) -> Response:
    """Who follows somebody, as far as he or she shows it."""
    return await _listed(call, params, "followers")


@routes.get("/@{handle}/following", auth="none", hidden=True)
async def following(call: Call, params: Handle) -> Response:
    """Whom somebody follows, as far as he or she shows it."""
    return await _listed(call, params, "following")


async def _listed(call: Call, params: Handle, side: Literal["followers", "following"]) -> Response:
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    account = await accounts.by_acct(call.tx, params.handle, call.network.host)
    if account is None or not account.visible:
        raise NotFound
    page = Page(limit=SHOWN, max_id=params.max_id)
    read = reads.followers if side == "followers" else reads.following
    hidden = account.hide_collections and account.id != visitor.actor.account_id
    found: Slice[Account] = Slice([]) if hidden else await read(call.tx, visitor.actor, account.id, page)
    at = await presenting(call.tx, visitor, [], account, *found.items)
    older = found.last_id if len(found.items) == SHOWN else None
    return answer(
        visitor, "follows.html", at, account=account, side=side, people=found.items, older=older,
        hidden=hidden,
    )  # fmt: skip
