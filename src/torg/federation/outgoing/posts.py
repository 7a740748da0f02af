"""Posts, boosts, edits and deletions of our people → Create, Announce, Update, Delete and Undo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.federation import gathering
from torg.federation.gathering import Sendable
from torg.federation.outgoing import groups, quotes
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities, addresses
from torg.federation.render.contexts import AS, PUBLIC
from torg.posts import outward as around_posts
from torg.posts.model import Audience


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
        quoted = await around_posts.known(tx, [event.quote_of_id])
        also = [*event.mention_ids, event.reply_to_account_id, event.boost_of_account_id]
        also += [one.account_id for one in quoted.values()]
        inboxes = await _recipients(telling, event, also)
        in_group = event.group_id is not None
        if not inboxes and not in_group and event.quote_of_id is None:
            continue
        one = await sendable(telling, event.post_id)
        if one is None:
            continue
        if one.post.view.boost_of is not None:
            await telling.send(author, activities.announce(telling.place, one.post, one.around), inboxes)
            continue
        activity = activities.create(telling.place, one.post, one.around)
        await telling.send(author, activity, inboxes)
        await quotes.ask(telling, author, one)
        if in_group:
            await groups.relay(telling, event.group_id, activity)
            await groups.announce(telling, event.group_id, event.post_id)


async def edited(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    """A changed text, poll or quote: to all whom the post had reached."""
    telling = await Telling.begin(tx, services, happened[0].meta)
    if telling is None:
        return
    await telling.know(h.event.account_id for h in happened)
    for h in happened:
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
        if event.group_id is not None and event.boost_of_id is None:
            await groups.removed(telling, event.group_id, author, event.post_id, h.meta.created_at)
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
        await telling.send(author, activity, await _recipients(telling, event, also))


async def _recipients(telling: Telling, event: Any, also: Iterable[int | None]) -> list[str]:
    """Exactly whom a post is for: its author's followers unless it stands in a group or is for those mentioned, and
    of the others, for a post to followers, only those whom it mentions."""
    ids = event.mention_ids if event.audience in ("followers", "mentioned") else also
    found = await telling.inboxes(event.account_id, [id_ for id_ in ids if id_ is not None])
    if event.audience in ("everyone", "followers"):
        found = [*found, *await telling.follower_inboxes(event.account_id)]
    return list(dict.fromkeys(found))


async def sendable(telling: Telling, post_id: int) -> Sendable | None:
    """A post as it may leave: as everybody sees it, or as its author does where it is for named people."""
    found = await gathering.public(telling.tx, telling.network, telling.origin, [post_id])
    if found:
        return found[0]
    known = (await around_posts.known(telling.tx, [post_id])).get(post_id)
    if known is None or known.audience not in (Audience.FOLLOWERS, Audience.MENTIONED):
        return None
    return await gathering.whoever(telling.tx, telling.network, telling.origin, known)


def address(telling: Telling, one: Sendable) -> str:
    """The ActivityPub id of a post."""
    return addresses.post(telling.origin, one.post.view.post, one.post.view.account)
