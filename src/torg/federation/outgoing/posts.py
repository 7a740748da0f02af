"""Posts, boosts, edits and deletions of our people → Create, Announce, Update, Delete and Undo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.federation.gathering import Sendable
from torg.federation.outgoing import creating, groups, quotes
from torg.federation.outgoing.creating import New
from torg.federation.outgoing.reach import recipients, sendable
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities, addresses
from torg.federation.render.contexts import AS, PUBLIC
from torg.posts import holding
from torg.posts import outward as around_posts
from torg.posts.events import PostPublished
from torg.posts.model import Audience

HAS_NEIGHBOURS = "EXISTS (SELECT FROM remote_actors WHERE org_id = %(org)s AND network_id = %(network)s)"


def quotes_one(event: PostPublished) -> bool:
    """A quote is stamped, though nobody elsewhere may have heard of us yet."""
    return event.quote_of_id is not None


async def published(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    """A new post or boost: to the followers' servers, to those mentioned, answered, quoted or boosted."""
    await quotes.stamp_ours(tx, services, happened)
    telling = await Telling.begin(tx, services, happened[0].meta)
    if telling is None:
        return
    await telling.know(h.event.account_id for h in happened)
    for h in happened:
        event = h.event
        author = await telling.speaker(event.account_id)
        if author is None:
            if event.group_id is not None:
                await groups.announce(telling, event.group_id, event.post_id)
            continue
        if event.boost_of_id is not None:
            inboxes = await recipients(telling, event, [*event.mention_ids, event.boost_of_account_id])
            one = await sendable(telling, event.post_id) if inboxes else None
            if one is not None and one.post.view.boost_of is not None:
                await telling.send(author, activities.announce(telling.place, one.post, one.around), inboxes)
            continue
        new = New(**{name: getattr(event, name) for name in New.__struct_fields__})
        if not new.concerns_others and not await creating.reached(telling, new):
            continue
        one = await sendable(telling, event.post_id)
        if one is not None:
            await creating.begin(telling, new, one, event.links)


async def edited(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    """A changed text, poll or quote: to all whom the post had reached."""
    telling = await Telling.begin(tx, services, happened[0].meta)
    if telling is None:
        return
    await telling.know(h.event.account_id for h in happened)
    waiting = await holding.held(tx, [h.event.post_id for h in happened])
    for h in happened:
        if h.event.post_id not in waiting:  # else the Create will say how it is by then
            await changed(telling, h.event.post_id, h.event.mention_ids, h.meta.created_at)


async def changed(telling: Telling, post_id: int, mention_ids: Iterable[int], at: datetime) -> None:
    """Tell of a post of ours as it is now."""
    known = (await around_posts.known(telling.tx, [post_id])).get(post_id)
    author = await telling.speaker(known.account_id) if known and known.uri is None else None
    if known is None or author is None:
        return
    one = await sendable(telling, post_id)
    if one is None or one.post.view.boost_of is not None:
        return
    post = one.post.view.post
    reached = (await around_posts.reached(telling.tx, [post_id])).get(post_id, [])
    named = [*mention_ids, *(a.id for a in one.post.view.mentions)]
    also = [*named, post.reply_to_account_id, *reached] if post.audience is Audience.EVERYONE else named
    if post.group_id is not None:
        also = [*named, post.reply_to_account_id, *reached]
    inboxes = await telling.inboxes(author.id, [id_ for id_ in also if id_ is not None])
    if post.audience in (Audience.EVERYONE, Audience.FOLLOWERS):
        inboxes = [*inboxes, *await telling.follower_inboxes(author.id)]
    activity = activities.update(telling.place, one.post, one.around, at)
    await telling.send(author, activity, inboxes)
    if post.group_id is not None:
        await groups.relay(telling, post.group_id, activity)


async def deleted(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    """A post or boost that is gone: to all whom it had reached. An account that goes says so once for all of them."""
    telling = await Telling.begin(tx, services, happened[0].meta)
    if telling is None:
        return
    await telling.know(h.event.account_id for h in happened)
    boosted = await around_posts.known(tx, [h.event.boost_of_id for h in happened])
    for h in happened:
        event = h.event
        author = await telling.account(event.account_id)
        if author is None or (author.is_local and not author.visible):
            continue
        if await holding.let_go(tx, event.post_id):  # nobody has heard of it
            continue
        if event.group_id is not None and event.boost_of_id is None:
            await groups.removed(telling, event, author, h.meta.created_at)
        if not author.is_local:
            continue
        uri = f"{telling.uri(author)}/statuses/{event.post_id}"
        also = [*event.mention_ids, event.reply_to_account_id, *event.reached_ids]
        if event.boost_of_id is None:
            to = [PUBLIC] if event.audience in ("everyone", "group") else []
            activity = activities.delete(telling.uri(author), uri, to, h.meta.created_at)
        elif event.boost_of_id in boosted:
            original = boosted[event.boost_of_id]
            also = [original.account_id]
            announce = {
                "@context": AS, "id": f"{uri}/activity", "type": "Announce", "actor": telling.uri(author),
                "to": [PUBLIC], "object": original.address(telling.origin),
            }  # fmt: skip
            activity = activities.undo(announce)
        else:  # the boosted post went first, and with it every boost of it
            continue
        await telling.send(author, activity, await recipients(telling, event, also))


def address(telling: Telling, one: Sendable) -> str:
    """The ActivityPub id of a post."""
    return addresses.post(telling.origin, one.post.view.post, one.post.view.account)
