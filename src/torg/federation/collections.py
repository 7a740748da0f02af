"""The collections of an actor: outbox, followers, following, pins, hashtags, and a group's staff (ActivityPub §5).

Posts in them are PublicPosts. Who hides his or her relations shows how many there are and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.access.bearer import anonymous
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.federation import asked, gathering
from torg.federation.asked import Asked
from torg.federation.forms import ITEMS, Named, Turned
from torg.federation.gathering import Sendable
from torg.federation.render import activities, addresses, notes, parts
from torg.federation.render import collections as render
from torg.federation.render.contexts import OBJECT
from torg.federation.render.groups import announce
from torg.graph import reads as graph
from torg.groups import content_store
from torg.groups import outward as groups
from torg.http import Call, Reply, Routes
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.showcase import featured_tags
from torg.timelines import reads as timelines

routes = Routes("federation")


async def _owner(tx: Tx, call: Call, handle: str) -> Account:
    """An account whose collections may be looked at; 404 for one that is suspended or gone."""
    account = await asked.local(tx, call, handle)
    if not account.visible:
        raise NotFound
    return account


@routes.get("/users/{handle}/outbox", auth="none", tx=False, hidden=True)
async def outbox(call: Call, params: Turned) -> Reply:
    """What somebody posted and boosted for everyone, newest first; of a group, what it announced."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        owner = await _owner(tx, call, params.handle)
        uri = f"{addresses.actor(asking.place.origin, owner)}/outbox"
        if params.page is None:
            return asking.answer(render.head(uri, owner.posts_count, last=f"{uri}?page=true&min_id=0"))
        of_group = asked.is_group(owner)
        page = params.window()
        views = await timelines.of_account(tx, anonymous(call.network), owner.id, page, of_group=of_group)
        found = await gathering.surrounded(tx, call.network, asking.place.origin, views)
    items = [_activity(asking, one, owner if of_group else None) for one in found]
    ids = [view.post.id for view in views]
    return asking.answer(
        render.page(
            uri, items, asked=params.asked(), full=True,
            next_id=ids[-1] if len(ids) == ITEMS else None, prev_id=ids[0] if ids else None,
        )
    )  # fmt: skip


def _activity(asking: Asked, one: Sendable, group: Account | None) -> dict[str, Any]:
    if group is not None:
        made = announce(asking.place, group, one.post.view)
    elif one.post.view.boost_of is not None:
        made = activities.announce(asking.place, one.post, one.around)
    else:
        made = activities.create(asking.place, one.post, one.around)
    return {name: value for name, value in made.items() if name != "@context"}


@routes.get("/users/{handle}/followers", auth="none", tx=False, hidden=True)
async def followers(call: Call, params: Turned) -> Reply:
    return await _relations(call, params, "followers")


@routes.get("/users/{handle}/following", auth="none", tx=False, hidden=True)
async def following(call: Call, params: Turned) -> Reply:
    return await _relations(call, params, "following")


async def _relations(call: Call, params: Turned, which: str) -> Reply:
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        owner = await _owner(tx, call, params.handle)
        uri = f"{addresses.actor(asking.place.origin, owner)}/{which}"
        total = owner.followers_count if which == "followers" else owner.following_count
        if params.page is None:
            return asking.answer(render.head(uri, total, paged=not owner.hide_collections))
        if owner.hide_collections:
            raise NotFound
        read = graph.followers if which == "followers" else graph.following
        found = await read(tx, anonymous(call.network), owner.id, params.window())
    items = [addresses.actor(asking.place.origin, one) for one in found.items]
    return asking.answer(
        render.page(
            uri, items, asked=params.asked(),
            next_id=found.last_id if len(items) == ITEMS else None, prev_id=found.first_id,
        )
    )  # fmt: skip


@routes.get("/users/{handle}/collections/featured", auth="none", tx=False, hidden=True)
async def featured(call: Call, params: Named) -> Reply:
    """The pinned posts, as objects (docs: Mastodon, spec/activitypub#featured)."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        owner = await _owner(tx, call, params.handle)
        if asked.is_group(owner):
            found = await gathering.public(
                tx, call.network, asking.place.origin, await content_store.pins(tx, owner.id)
            )
        else:
            views = await timelines.of_account(tx, anonymous(call.network), owner.id, Page(limit=40), pinned=True)
            found = await gathering.surrounded(tx, call.network, asking.place.origin, views)
    uri = f"{addresses.actor(asking.place.origin, owner)}/collections/featured"
    items = [notes.note(asking.place, one.post, one.around) for one in found if one.post.view.account.is_local]
    return asking.answer(render.whole(uri, items, context=OBJECT))


@routes.get("/users/{handle}/collections/tags", auth="none", tx=False, hidden=True)
async def tags(call: Call, params: Named) -> Reply:
    """The hashtags on a profile."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        owner = await _owner(tx, call, params.handle)
        found = await featured_tags.of_account(tx, anonymous(call.network), owner.id)
    uri = f"{addresses.actor(asking.place.origin, owner)}/collections/tags"
    items: Sequence[dict[str, Any]] = [parts.hashtag(asking.place.origin, one.name) for one in found]
    return asking.answer(render.whole(uri, items, ordered=False, context=OBJECT))


@routes.get("/users/{handle}/collections/moderators", auth="none", tx=False, hidden=True)
async def moderators(call: Call, params: Named) -> Reply:
    """Who runs a group (FEP-1b12)."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        owner = await _owner(tx, call, params.handle)
        if not asked.is_group(owner):
            raise NotFound
        found = await groups.moderators(tx, owner.id)
    uri = f"{addresses.actor(asking.place.origin, owner)}/collections/moderators"
    return asking.answer(render.whole(uri, [addresses.actor(asking.place.origin, one) for one in found]))
