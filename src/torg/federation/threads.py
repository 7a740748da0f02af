"""What hangs on a post: replies, the whole conversation, and how often it was liked and boosted.

Replies and conversation hold ids of what anybody may read, so that another server can fetch a thread whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.federation import asked, gathering
from torg.federation.asked import Asked
from torg.federation.forms import ITEMS, OfPost
from torg.federation.render import addresses
from torg.federation.render import collections as render
from torg.http import Call, Reply, Routes
from torg.kernel.errors import NotFound
from torg.posts import outward as around_posts
from torg.posts.model import PostView
from torg.posts.outward import Known

routes = Routes("federation")


@routes.get("/users/{handle}/statuses/{id}/replies", auth="none", tx=False, hidden=True)
async def replies(call: Call, params: OfPost) -> Reply:
    """Direct answers, oldest first (docs: Mastodon, spec/activitypub: replies)."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        view = await _public(tx, asking, params)
        uri = f"{addresses.post(asking.place.origin, view.post, view.account)}/replies"
        if params.page is None:
            return asking.answer(render.head(uri, view.counts.replies))
        own = False if params.only_other_accounts == "true" else None
        found = await around_posts.replies(tx, [view.post.id], after=params.min_id or 0, most=ITEMS + 1, own=own)
    return _page(asking, uri, found.get(view.post.id, []), params)


@routes.get("/users/{handle}/statuses/{id}/context", auth="none", tx=False, hidden=True)
async def context(call: Call, params: OfPost) -> Reply:
    """The whole conversation that a post began, oldest first (FEP-7888)."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        view = await _public(tx, asking, params)
        if view.post.thread_id != view.post.id:
            raise NotFound
        uri = f"{addresses.post(asking.place.origin, view.post, view.account)}/context"
        if params.page is None:
            owner = addresses.actor(asking.place.origin, view.account)
            return asking.answer(render.head(uri, None, attributedTo=owner))
        found = await around_posts.thread(tx, view.post.id, after=params.min_id or 0, most=ITEMS + 1)
    return _page(asking, uri, found, params)


@routes.get("/users/{handle}/statuses/{id}/likes", auth="none", tx=False, hidden=True)
async def likes(call: Call, params: OfPost) -> Reply:
    """How many like a post; who does is between them and the author."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        view = await _public(tx, asking, params)
    uri = f"{addresses.post(asking.place.origin, view.post, view.account)}/likes"
    return asking.answer(render.head(uri, view.counts.favourites, paged=False))


@routes.get("/users/{handle}/statuses/{id}/shares", auth="none", tx=False, hidden=True)
async def shares(call: Call, params: OfPost) -> Reply:
    """How many boosted a post."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        view = await _public(tx, asking, params)
    uri = f"{addresses.post(asking.place.origin, view.post, view.account)}/shares"
    return asking.answer(render.head(uri, view.counts.boosts, paged=False))


async def _public(tx: Tx, asking: Asked, params: OfPost) -> PostView:
    """A local post for everyone, under its author's name, that is no boost; else 404."""
    author = await asked.local(tx, asking.call, params.handle)
    found = await gathering.public(tx, asking.call.network, asking.place.origin, [params.id])
    view = found[0].post.view if found else None
    if view is None or view.account.id != author.id or view.boost_of is not None:
        raise NotFound
    return view


def _page(asking: Asked, uri: str, found: Sequence[Known], params: OfPost) -> Reply:
    items = [one.address(asking.place.origin) for one in found[:ITEMS]]
    more = found[ITEMS - 1].id if len(found) > ITEMS else None
    query = {"min_id": params.min_id, "only_other_accounts": params.only_other_accounts}
    page = render.page(uri, items, asked=query, next_id=more, upwards=True)
    if more is not None and params.only_other_accounts:
        page["next"] += f"&only_other_accounts={params.only_other_accounts}"
    return asking.answer(page)
