"""Answers about events: what there is, who comes, what is asked, and whose calendar a secret address is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from torg.access.tokens import digest
from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.calendar import store
from torg.calendar.model import AmaQuestion, Counts, Event, EventView, Rsvp, Sort, Standing, Wanted
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import NotFound
from torg.posts import groups
from torg.posts import reads as posts

MOST_IN_FEED = 1000


async def page(tx: Tx, actor: Actor, wanted: Wanted) -> list[EventView]:
    """Events that the actor may read, the earliest first."""
    return await _views(tx, actor, await store.page(tx, actor.account_id, wanted))


async def one(tx: Tx, actor: Actor, id_: int) -> EventView:
    """One that the actor may read, else 404."""
    found = await _views(tx, actor, await store.by_ids(tx, actor.account_id, [id_]))
    if not found:
        raise NotFound
    return found[0]


async def of_posts(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[Event]:
    """Those of the posts that are events."""
    return await store.by_ids(tx, actor.account_id, ids) if ids else []


async def _views(tx: Tx, actor: Actor, events: Sequence[Event]) -> list[EventView]:
    ids = [event.id for event in events]
    if not ids:
        return []
    counts = await store.counts(tx, ids)
    mine = await store.own(tx, actor.account_id, ids) if actor.account_id is not None else {}
    return [EventView(event=e, counts=counts.get(e.id, Counts()), mine=mine.get(e.id)) for e in events]


async def rsvps(tx: Tx, actor: Actor, id_: int, answer: Standing | None, limit: int, offset: int) -> list[Rsvp]:
    """Who answered, in the order of the answers; whoever may read the event may see it."""
    await one(tx, actor, id_)
    return await store.rsvps(tx, id_, answer, limit, offset)


async def questions(
    tx: Tx, actor: Actor, id_: int, *, sort: Sort, unanswered: bool, hidden: bool, limit: int, offset: int
) -> list[AmaQuestion]:
    """What is asked at an AMA; `hidden` ones only for who may put them away. 404 if it is none."""
    event = (await one(tx, actor, id_)).event
    if event.kind != "ama":
        raise NotFound
    shown = hidden and await may_hide(tx, actor, event)
    return await store.questions(
        tx, actor.account_id, event, sort=sort, unanswered=unanswered, hidden=shown, limit=limit, offset=offset
    )


async def may_hide(tx: Tx, actor: Actor, event: Event) -> bool:
    if event.creator_id == actor.account_id or actor.may(Permission.MANAGE_REPORTS):
        return True
    post = await posts.readable_post(tx, actor, event.id)
    if post.group_id is None or actor.account_id is None:
        return False
    place = (await groups.by_ids(tx, actor.account_id, [post.group_id])).get(post.group_id)
    return place is not None and place.staff


async def feed_owner(tx: Tx, secret: str) -> Account:
    """Whose calendar it is, as long as he or she is a member here; else 404."""
    id_ = await store.feed_owner(tx, digest(secret))
    account = (await accounts.by_ids(tx, [id_])).get(id_) if id_ is not None else None
    if account is None or not account.visible or account.disabled_at is not None:
        raise NotFound
    return account


async def feed_since(tx: Tx, actor: Actor) -> datetime | None:
    """When the actor's calendar got its secret address; None without one."""
    return await store.feed_since(tx, actor.me)


async def own_events(tx: Tx, actor: Actor) -> list[Event]:
    """The actor's calendar: what he or she made, hosts, or did not say no to, as far as it can be read today."""
    return await store.page(tx, actor.me, Wanted(mine=True, limit=MOST_IN_FEED))
