"""Favourites, pins, hashtags on profiles, and votes → Like, Add, Remove, Create of a vote, Update of a poll."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from torg.accounts.model import Account
from torg.engine import jobs
from torg.engine.effects import Happened, Meta
from torg.engine.postgres import Tx
from torg.engine.worker import Context
from torg.federation.outgoing import groups, posts
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities, parts
from torg.federation.render.contexts import OBJECT, PUBLIC
from torg.kernel.clock import now
from torg.posts import marks, poll_store
from torg.posts import outward as around_posts
from torg.posts.events import PollEnded, PollVoted
from torg.posts.model import Audience
from torg.showcase.events import TagFeatured, TagUnfeatured

TELL_POLL = "federation.tell_poll"
TELL_VOTE = "federation.tell_vote"
LONGEST_POLL_PAUSE = timedelta(minutes=3)
VOTE_PAUSE = timedelta(seconds=2)
"""Between the choices of one voter: GoToSocial loses one of two that it has to store at the same time."""


def poll_pause(servers: int) -> timedelta:
    """How long votes are gathered before so many servers are told of the new numbers (Mastodon: three minutes)."""
    return min(timedelta(seconds=5 + servers / 10), LONGEST_POLL_PAUSE)


async def favourited(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    """A Like, to the author alone; in a group of ours also announced."""
    telling = await Telling.begin(tx, services, happened[0].meta)
    if telling is None:
        return
    await telling.know(i for h in happened for i in (h.event.account_id, h.event.author_id))
    for h in happened:
        me = await telling.speaker(h.event.account_id)
        known = (await around_posts.known(tx, [h.event.post_id])).get(h.event.post_id) if me else None
        if me is None or known is None or known.audience is Audience.MENTIONED:
            continue
        uri = f"{telling.uri(me)}#likes/{h.event.post_id}-{h.meta.id}"
        like = activities.simple("Like", uri, telling.uri(me), known.address(telling.origin))
        if await telling.stranger(h.event.author_id) is not None:
            await marks.name_like(tx, me.id, h.event.post_id, uri)
            await telling.send(me, like, await telling.inboxes(me.id, [h.event.author_id]))
        await _in_group(telling, h.event.post_id, like)


async def unfavourited(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    telling = await Telling.begin(tx, services, happened[0].meta)
    if telling is None:
        return
    await telling.know(i for h in happened for i in (h.event.account_id, h.event.author_id))
    for h in happened:
        me = await telling.speaker(h.event.account_id)
        known = (await around_posts.known(tx, [h.event.post_id])).get(h.event.post_id) if me else None
        if me is None or known is None:
            continue
        uri = h.event.uri or f"{telling.uri(me)}#likes/{h.event.post_id}"
        like = activities.simple("Like", uri, telling.uri(me), known.address(telling.origin))
        undo = activities.undo(like, serial=f"undo-{h.meta.id}")
        if await telling.stranger(h.event.author_id) is not None:
            await telling.send(me, undo, await telling.inboxes(me.id, [h.event.author_id]))
        await _in_group(telling, h.event.post_id, undo)


async def _in_group(telling: Telling, post_id: int, activity: dict[str, Any]) -> None:
    group_id = await around_posts.group_of(telling.tx, post_id)
    if group_id is not None:
        await groups.relay(telling, group_id, activity)


async def pinned(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    await _pins(tx, services, happened, "Add")


async def unpinned(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    await _pins(tx, services, happened, "Remove")


async def _pins(tx: Tx, services: Any, happened: Sequence[Happened], kind: str) -> None:
    """Pins of what anybody may read are told to followers (docs: Mastodon, spec/activitypub#featured)."""
    telling = await Telling.begin(tx, services, happened[0].meta)
    if telling is None:
        return
    for h in happened:
        me = await telling.speaker(h.event.account_id)
        known = (await around_posts.known(tx, [h.event.post_id])).get(h.event.post_id) if me else None
        if me is not None and known is not None and known.audience is Audience.EVERYONE:
            await _listed(telling, me, kind, known.address(telling.origin), "featured", h.meta)


async def tag_featured(tx: Tx, services: Any, event: TagFeatured, meta: Meta) -> None:
    await _tag(tx, services, event, meta, "Add")


async def tag_unfeatured(tx: Tx, services: Any, event: TagUnfeatured, meta: Meta) -> None:
    await _tag(tx, services, event, meta, "Remove")


async def _tag(tx: Tx, services: Any, event: Any, meta: Meta, kind: str) -> None:
    telling = await Telling.begin(tx, services, meta)
    me = await telling.speaker(event.account_id) if telling else None
    if telling is not None and me is not None:
        await _listed(telling, me, kind, parts.hashtag(telling.origin, event.name), "tags", meta)


async def _listed(telling: Telling, me: Account, kind: str, obj: Any, collection: str, meta: Meta) -> None:
    uri = telling.uri(me)
    made = activities.listed(
        kind, f"{uri}#{kind.lower()}s/{meta.id}", uri, obj, f"{uri}/collections/{collection}", to=[PUBLIC]
    )
    made["@context"] = OBJECT
    await telling.send(me, made, await telling.follower_inboxes(me.id))


async def voted(tx: Tx, services: Any, event: PollVoted, meta: Meta) -> None:
    """Votes of ours go to the author, one after the other; of a poll of ours the new numbers go out after a while."""
    telling = await Telling.begin(tx, services, meta)
    if telling is None:
        return
    known = (await around_posts.known(tx, [event.post_id])).get(event.post_id)
    if known is None:
        return
    if known.uri is None:
        pause = poll_pause(len(await telling.follower_inboxes(known.account_id)))
        await jobs.enqueue(tx, TELL_POLL, {"post_id": event.post_id}, run_at=pause, key=str(event.post_id))
        return
    await _next_vote(telling, event.post_id, event.account_id, after=-1)


async def _next_vote(telling: Telling, post_id: int, voter_id: int, *, after: int) -> None:
    """Tell of one choice in another server's poll, and of the next one by a job a little later."""
    tx = telling.tx
    known = (await around_posts.known(tx, [post_id])).get(post_id)
    me = await telling.speaker(voter_id)
    poll = (await poll_store.of_posts(tx, voter_id, [post_id])).get(post_id)
    choices = sorted(choice for choice in (poll.own_votes or [] if poll else []) if choice > after)
    if known is None or me is None or poll is None or not choices:
        return
    choice, *more = choices
    address, author = known.address(telling.origin), known.author(telling.origin)
    vote = activities.vote(telling.place, me, post_id, address, author, choice, poll.options[choice])
    await telling.send(me, vote, await telling.inboxes(0, [known.account_id]))
    if more:
        payload = {"post_id": post_id, "account_id": voter_id, "after": choice}
        await jobs.enqueue(tx, TELL_VOTE, payload, run_at=VOTE_PAUSE, key=f"{post_id} {voter_id}")


async def poll_ended(tx: Tx, services: Any, event: PollEnded, meta: Meta) -> None:
    """The last numbers, with `closed`."""
    telling = await Telling.begin(tx, services, meta)
    if telling is not None:
        await posts.changed(telling, event.post_id, [], meta.created_at)


async def tell_poll(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: a poll's numbers as they are by now."""
    async with ctx.tx() as tx:
        meta = Meta(ctx.job.org_id, ctx.job.network_id, ctx.job.id, now())
        telling = await Telling.begin(tx, ctx.services, meta)
        if telling is not None:
            await posts.changed(telling, payload["post_id"], [], meta.created_at)


async def tell_vote(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: the next choice of somebody who made several."""
    async with ctx.tx() as tx:
        telling = await Telling.begin(tx, ctx.services, Meta(ctx.job.org_id, ctx.job.network_id, ctx.job.id, now()))
        if telling is not None:
            await _next_vote(telling, payload["post_id"], payload["account_id"], after=payload["after"])
