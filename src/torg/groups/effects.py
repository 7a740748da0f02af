"""What the events of groups, and of those who ask to join, mean to their members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.engine.worker import Context
from torg.groups import content_store, store
from torg.notices import actions as notices
from torg.notices.model import News
from torg.posts import actions as posts
from torg.posts import store as posts_store

AT_ONCE = 100


async def requested(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Who asks to join a group is told to its staff, as a request to follow: any app can answer it."""
    staff: dict[int, list[int]] = defaultdict(list)
    for row in await store.staff(tx, list({h.event.target_id for h in happened})):
        staff[row["group_id"]].append(row["account_id"])
    await notices.tell(tx, [
        News(to=to, type="follow_request", by=h.event.account_id, source=f"{h.event.account_id}:{h.event.target_id}",
             at=h.meta.created_at, subject_id=h.event.target_id, insistent=True)
        for h in happened for to in staff[h.event.target_id]
    ])  # fmt: skip


async def announced(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Every member hears of an announcement, whatever he or she has muted or turned off."""
    for h in happened:
        event = h.event
        post = await posts_store.get(tx, event.post_id)
        if post is None:
            continue
        await notices.tell(tx, [
            News(to=to, type="status", by=post.account_id, source=f"announced:{post.id}", at=h.meta.created_at,
                 post_id=post.id, thread_id=post.thread_id, insistent=True)
            for to in await store.members(tx, event.group_id)
        ])  # fmt: skip


async def edited(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """What readers added to a post survives an edit of its text."""
    await content_store.restore_topics(tx, [h.event.post_id for h in happened if h.event.text_changed])


async def remove_posts(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: delete what was written in a group that was deleted, some posts at a time."""
    more = True
    while more:
        async with ctx.tx() as tx:
            ids = await content_store.some_posts(tx, payload["group_id"], AT_ONCE)
            for id_ in ids:
                post = await posts_store.get(tx, id_)
                if post is not None:
                    await posts.remove(tx, post, deleted_by=payload["deleted_by"])
        more = len(ids) == AT_ONCE
