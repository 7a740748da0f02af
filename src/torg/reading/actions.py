"""What one may do: say how far one has read. A mark never goes back by itself, whatever device is behind."""

from __future__ import annotations

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import MAX_ID
from torg.posts import reads as posts
from torg.reading import store
from torg.reading.events import ReadMoved
from torg.reading.model import Mark

TIMELINES = ("home", "notifications")


async def timeline(tx: Tx, actor: Actor, name: str, last_read_id: int, *, force: bool = False) -> Mark:
    """Home or notifications: the markers of Mastodon's own method, which only ever move forward by this one."""
    if name not in TIMELINES:
        raise Invalid("Validation failed: Timeline is not included in the list")
    moved = await store.put_timeline(tx, actor.me, name, checked(last_read_id), force=force)
    return await _told(tx, actor, moved) or _there(await store.timeline_mark(tx, actor.me, name))


async def group(tx: Tx, actor: Actor, group_id: int, last_read_id: int, *, force: bool = False) -> Mark:
    """A group that one is in; 404 for any other."""
    if not await store.in_group(tx, actor.me, group_id):
        raise NotFound
    return await _place(tx, actor, "group", group_id, last_read_id, force=force)


async def thread(tx: Tx, actor: Actor, post_id: int, last_read_id: int, *, force: bool = False) -> Mark:
    """The thread of a post that one may read, by any of its posts."""
    post = await posts.readable_post(tx, actor, post_id)
    return await _place(tx, actor, "thread", post.thread_id, last_read_id, force=force)


async def conversation(tx: Tx, actor: Actor, id_: int, last_read_id: int, *, force: bool = False) -> Mark:
    """A conversation of messages, by its last message that was read."""
    changed = await store.conversation(tx, actor.me, id_, checked(last_read_id), force=force)
    if changed is None:
        raise NotFound
    mark = Mark(place="conversation", subject_id=id_, last_read_id=last_read_id, updated_at=now())
    if changed:
        await _told(tx, actor, mark)
    return mark


async def _place(tx: Tx, actor: Actor, place: str, subject_id: int, last_read_id: int, *, force: bool) -> Mark:
    moved = await store.put(tx, actor.me, place, subject_id, checked(last_read_id), force=force)
    return await _told(tx, actor, moved) or _there(await store.mark(tx, actor.me, place, subject_id))


async def _told(tx: Tx, actor: Actor, moved: Mark | None) -> Mark | None:
    if moved is not None:
        event = ReadMoved(
            account_id=actor.me, place=moved.place, subject_id=moved.subject_id, last_read_id=moved.last_read_id
        )
        await outbox.append(tx, event)
    return moved


def _there(mark: Mark | None) -> Mark:
    assert mark is not None, "what was not moved is there"
    return mark


def checked(last_read_id: int) -> int:
    """An id that can be one."""
    if not 0 <= last_read_id <= MAX_ID:
        raise Invalid("Validation failed: Last read is not an id")
    return last_read_id
