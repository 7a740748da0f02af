"""Answers: how much is new. Every count stops at 100, so that none of them reads more than a hundred rows or so."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.page import Page
from torg.must_see import reads as must_see
from torg.notices import reads as notices
from torg.notices.model import Wanted
from torg.notices.rules import GROUPED
from torg.posts import reads as posts
from torg.reading import store
from torg.reading.model import Count, InGroup, Unread
from torg.timelines import reads as timelines

SHOWN = 100
MOST_THREADS = 40


def capped(found: int) -> Count:
    return Count(count=min(found, SHOWN), more=found > SHOWN)


async def unread(tx: Tx, account_id: int, actor: Actor | None = None) -> Unread:
    """What is new for an account in the transaction's network, as far as it may read.

    For callers without an actor (who else is in what networks), the transaction's scope must be the account's own.
    """
    reader = actor or Actor(
        org_id=tx.scope.org_id, network_id=tx.scope.network_ids[0], account_id=account_id, guest=tx.scope.guest
    )
    return Unread(
        home=await _home(tx, account_id),
        notifications=capped(await notices.unread(tx, reader, Wanted(), store.MOST)),
        conversations=capped(await store.conversations(tx, account_id)),
        must_see=capped(len(await must_see.mine(tx, reader))),
        groups=await groups(tx, account_id),
    )


async def waiting(tx: Tx, actor: Actor) -> tuple[Count, Count]:
    """New notifications, in groups, and unread conversations: what a page's frame says."""
    return (
        capped(await notices.unread(tx, actor, Wanted(), store.MOST, grouped=GROUPED)),
        capped(await store.conversations(tx, actor.me)),
    )


async def read_to(tx: Tx, actor: Actor, timeline: str) -> int:
    """How far home or notifications were read; without a mark, to the moment at which the account was made."""
    mark = await store.timeline_mark(tx, actor.me, timeline)
    return mark.last_read_id if mark else actor.me


async def _home(tx: Tx, account_id: int) -> Count:
    """Since the marker; without one, since the account was made, whose id is that moment."""
    mark = await store.timeline_mark(tx, account_id, "home")
    page = Page(limit=store.MOST, since_id=mark.last_read_id if mark else account_id)
    return capped(await store.others_of(tx, account_id, await timelines.home_ids(tx, account_id, page)))


async def groups(tx: Tx, account_id: int) -> list[InGroup]:
    """The groups with something new, most first; their counts go to 101."""
    return await store.groups(tx, account_id)


async def threads(tx: Tx, actor: Actor, post_ids: Sequence[int]) -> dict[int, Count]:
    """By post asked for: what is new in its thread. Posts that may not be read are left out."""
    views = await posts.hydrate(tx, actor, list(dict.fromkeys(post_ids))[:MOST_THREADS])
    found = await store.threads(tx, actor.me, list({view.post.thread_id for view in views}))
    return {view.post.id: capped(found.get(view.post.thread_id, 0)) for view in views}
