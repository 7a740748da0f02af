"""Following, answering or boosting what one found on another server: its page sends our members here.

The template of WebFinger's `http://ostatus.org/schema/1.0/subscribe` names this page. Without scripts.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.graph import actions as graph
from torg.graph import reads as ties
from torg.graph.model import FollowOptions
from torg.http import Call, Routes
from torg.kernel.errors import Forbidden, NotFound, TorgError
from torg.peers.rules import federates
from torg.posts import reads
from torg.remote import actors, notes
from torg.remote.as2 import is_web
from torg.search import addresses
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.member import sender
from torg.web.present import Present, presenting
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")

HERE = "/authorize_interaction"
SECONDS = 20.0


class Wanted(Look, kw_only=True):
    """`uri`: an address, or a handle with or without `acct:`. `acct` is what some servers call it."""

    uri: str = ""
    acct: str = ""

    def what(self) -> str:
        return (self.uri or self.acct).replace("\0", "").strip()[:2_000]


class Follow(Look, kw_only=True):
    csrf: str | None = None
    account: int
    uri: str = ""


@routes.get(HERE, auth="none", tx=False, limit="compose", hidden=True)
async def show(call: Call, params: Wanted) -> Response:
    """An account with a button to follow it; of a post its page here, where it can be answered."""
    if not federates(call.network):
        raise NotFound
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, params.lang, tx)
    what = params.what()
    if visitor.account is None:
        goal = f"{HERE}?{urlencode({'uri': what})}"
        return RedirectResponse(f"/auth/sign_in?{urlencode({'next': goal})}", 303, {"Cache-Control": "no-store"})
    try:
        async with asyncio.timeout(SECONDS):
            found = await _found(call, what)
    except (TorgError, TimeoutError):
        found = None
    async with call.db.tx(visitor.actor.scope) as tx:
        if isinstance(found, int):
            views = await reads.hydrate(tx, visitor.actor, [found])
            if views:
                page = Present(visitor).link(views[0].boost_of or views[0])
                return RedirectResponse(page, 303, {"Cache-Control": "no-store"})
            found = None
        call._tx = tx
        return await _account(visitor, found, what)


async def _found(call: Call, what: str) -> Account | int | None:
    """The account, or the id of the post, that an address or a handle stands for."""
    name = what.removeprefix("acct:").removeprefix("@")
    if not is_web(what):
        return await actors.resolve_acct(call.services, call.network, name) if "@" in name else None
    ours = addresses.local(what, call.network.host)
    if ours is not None and ours.post_id is not None:
        return ours.post_id
    if ours is not None and ours.acct is not None:
        async with call.db.tx(call.network.scope) as tx:
            return await accounts.by_acct(tx, ours.acct, call.network.host)
    try:
        return await actors.resolve(call.services, call.network, what)
    except TorgError:
        return await notes.resolve(call.services, call.network, what)


async def _account(visitor: Visitor, account: Account | None, what: str, wrong: str = "") -> Response:
    tx = visitor.call.tx
    shown = account if account is not None and account.visible else None
    at = await presenting(tx, visitor, [], *([shown] if shown else []))
    tie = await ties.ties(tx, visitor.actor, shown.id) if shown else None
    return answer(
        visitor, "interaction.html", at, status=200 if shown else 404, account=shown, tie=tie, what=what, wrong=wrong
    )


@routes.post(HERE, auth="none", limit="compose", hidden=True)
async def follow(call: Call, form: Follow) -> Response:
    """Follow, or ask to."""
    if not federates(call.network):
        raise NotFound
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    account = await accounts.visible(call.tx, form.account)
    try:
        async with call.tx.savepoint():
            await graph.follow(call.tx, visitor.actor, account.id, FollowOptions())
    except Forbidden as refused:
        return await _account(visitor, account, form.uri, refused.text)
    return await _account(visitor, account, form.uri)
