"""What is done with announcements: administrators write them (logged), readers put them away and answer."""

from __future__ import annotations

from typing import Any

from torg.announcements import rules, store
from torg.announcements.events import AnnouncementPublished, AnnouncementReacted, AnnouncementWithdrawn
from torg.announcements.model import Announcement, Draft
from torg.engine import jobs, outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.kernel.ids import new_id
from torg.moderation import log
from torg.orgs.model import Network
from torg.posts.actions import rendered
from torg.text.emoji import is_shortcode
from torg.text.pictographs import is_emoji

JOB = "announcement"


async def create(tx: Tx, actor: Actor, network: Network, draft: Draft, *, origin: str) -> Announcement:
    """Write an announcement: published now, at a time, or kept as a draft. 422 if it says nothing."""
    _check_office(actor)
    id_ = new_id()
    await store.insert(tx, {"id": id_, **await _values(tx, network, draft, origin)})
    await _schedule(tx, id_, draft)
    if draft.publish and draft.scheduled_at is None:
        await _publish(tx, id_)
    await log.record(tx, actor, "create", "announcement", id_, text=draft.text)
    return await _stored(tx, id_)


async def update(tx: Tx, actor: Actor, network: Network, id_: int, draft: Draft, *, origin: str) -> Announcement:
    """Write it anew; readers who see it already get the new text. Whether it is published stays as it is."""
    _check_office(actor)
    before = await _stored(tx, id_)
    await store.update(tx, id_, await _values(tx, network, draft, origin))
    if before.published_at is not None:
        await outbox.append(tx, AnnouncementPublished(announcement_id=id_))
    else:
        await _schedule(tx, id_, draft)
    await log.record(tx, actor, "update", "announcement", id_, text=draft.text, before=before.text)
    return await _stored(tx, id_)


async def publish(tx: Tx, actor: Actor, id_: int) -> Announcement:
    """Let everybody read it; doing it again changes nothing."""
    _check_office(actor)
    if (await _stored(tx, id_)).published_at is None:
        await _publish(tx, id_)
        await log.record(tx, actor, "publish", "announcement", id_)
    return await _stored(tx, id_)


async def unpublish(tx: Tx, actor: Actor, id_: int) -> Announcement:
    """Take it back; it stays as a draft."""
    _check_office(actor)
    if (await _stored(tx, id_)).published_at is not None:
        await store.update(tx, id_, {"published_at": None, "scheduled_at": None})
        await outbox.append(tx, AnnouncementWithdrawn(announcement_id=id_))
        await log.record(tx, actor, "unpublish", "announcement", id_)
    return await _stored(tx, id_)


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    _check_office(actor)
    gone = await _stored(tx, id_)
    await store.delete(tx, id_)
    if gone.published_at is not None:
        await outbox.append(tx, AnnouncementWithdrawn(announcement_id=id_))
    await log.record(tx, actor, "delete", "announcement", id_, text=gone.text)


async def publish_due(tx: Tx, id_: int) -> None:
    """Publish a planned announcement if its time has come and it still waits (a job; at-least-once)."""
    found = await store.get(tx, id_)
    if found and found.published_at is None and found.scheduled_at is not None and found.scheduled_at <= now():
        await _publish(tx, id_)


async def dismiss(tx: Tx, actor: Actor, id_: int) -> None:
    """Note that the actor has read it; 404 if there is no such announcement."""
    await _readable(tx, id_)
    await store.mark_read(tx, actor.me, id_)


async def react(tx: Tx, actor: Actor, id_: int, name: str) -> None:
    """Answer with an emoji; again is the same. 422 for what is no emoji, or for more kinds than there is room for."""
    await _readable(tx, id_)
    emoji = await store.emoji_id(tx, name) if is_shortcode(name) else None
    if emoji is None and not is_emoji(name):
        raise Invalid("Validation failed: Name is not a recognized emoji")
    await store.lock(tx, id_)
    kinds = {reaction.name for reaction in await store.reactions(tx, None, [id_])}
    if name not in kinds and len(kinds) >= rules.MOST_REACTIONS:
        raise Invalid("Validation failed: Limit of different reactions reached")
    if await store.add_reaction(tx, actor.me, id_, name, emoji):
        await _reacted(tx, id_, name)


async def unreact(tx: Tx, actor: Actor, id_: int, name: str) -> None:
    """Take one's answer back; 404 if there is none."""
    await _readable(tx, id_)
    await store.lock(tx, id_)
    if not await store.remove_reaction(tx, actor.me, id_, name):
        raise NotFound
    await _reacted(tx, id_, name)


async def _reacted(tx: Tx, id_: int, name: str) -> None:
    count = next((r.count for r in await store.reactions(tx, None, [id_]) if r.name == name), 0)
    await outbox.append(tx, AnnouncementReacted(announcement_id=id_, name=name, count=count))


def _check_office(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_ANNOUNCEMENTS):
        raise Forbidden


async def _stored(tx: Tx, id_: int) -> Announcement:
    found = await store.get(tx, id_)
    if found is None:
        raise NotFound
    return found


async def _readable(tx: Tx, id_: int) -> None:
    if await store.get(tx, id_, active=True) is None:
        raise NotFound


async def _values(tx: Tx, network: Network, draft: Draft, origin: str) -> dict[str, Any]:
    draft = rules.check(draft)
    body, mentioned = await rendered(tx, draft.text, network.host, origin)
    return {
        "text": draft.text,
        "html": body.html,
        "mention_ids": [account.id for account in mentioned],
        "post_ids": rules.linked_posts(body.links, origin),
        "tags": [tag.name for tag in body.tags],
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "all_day": draft.all_day,
        "scheduled_at": draft.scheduled_at,
    }


async def _schedule(tx: Tx, id_: int, draft: Draft) -> None:
    if draft.scheduled_at is not None:
        await jobs.enqueue(tx, JOB, {"id": id_}, run_at=draft.scheduled_at, key=f"{JOB}:{id_}")
    else:
        await jobs.cancel(tx, JOB, f"{JOB}:{id_}")


async def _publish(tx: Tx, id_: int) -> None:
    await store.update(tx, id_, {"published_at": now()})
    await outbox.append(tx, AnnouncementPublished(announcement_id=id_))
