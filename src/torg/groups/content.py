"""What is in a group: conversations, pinned posts, announcements, files, tags; and taking posts out."""

from __future__ import annotations

from torg.accounts import reads as accounts
from torg.engine import outbox
from torg.engine.postgres import Row, Tx
from torg.groups import content_store, reads, rules
from torg.groups.events import GroupAnnounced, GroupPinsChanged
from torg.groups.model import Announcement, Group
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.page import Page
from torg.moderation import log
from torg.posts import actions as posts_actions
from torg.posts import reads as posts
from torg.posts.model import Post

MOST_TAGS = 40


async def latest(tx: Tx, actor: Actor, group_id: int, page: Page) -> list[int]:
    """Ids of the group's posts that the actor may read, newest first."""
    group = (await reads.one(tx, actor, group_id)).group
    return await content_store.latest(tx, actor.me, group.id, page)


async def active(tx: Tx, actor: Actor, group_id: int, page: Page) -> list[tuple[int, int]]:
    """(first post, newest post) of each conversation; that with the newest reply comes first."""
    group = (await reads.one(tx, actor, group_id)).group
    return await content_store.active(tx, actor.me, group.id, page)


async def files(tx: Tx, actor: Actor, group_id: int, page: Page) -> list[Row]:
    """(id of the attachment, post_id), the latest first."""
    group = (await reads.one(tx, actor, group_id)).group
    return await content_store.files(tx, actor.me, group.id, page)


async def tags(tx: Tx, actor: Actor, group_id: int) -> list[int]:
    """What the group talks about: the tags of its posts, the most used first."""
    group = (await reads.one(tx, actor, group_id)).group
    return await content_store.tags(tx, actor.me, group.id, MOST_TAGS)


async def pins(tx: Tx, actor: Actor, group_id: int) -> list[int]:
    group = (await reads.one(tx, actor, group_id)).group
    return await content_store.pins(tx, group.id)


async def announcements(tx: Tx, actor: Actor, group_id: int, page: Page) -> list[Announcement]:
    group = (await reads.one(tx, actor, group_id)).group
    return await content_store.announcements(tx, group.id, page)


async def pin(tx: Tx, actor: Actor, group_id: int, post_id: int, *, most: int) -> None:
    """Pin a post of the group to its page, at most `most`."""
    group, post = await _for_staff(tx, actor, group_id, post_id)
    pinned = await content_store.pins(tx, group.id)
    if post.id in pinned:
        return
    if len(pinned) >= most:
        raise Invalid("Validation failed: You have already pinned the maximum number of posts")
    await content_store.pin(tx, group.id, post.id)
    await _pinned(tx, actor, group, post, pinned=True)


async def unpin(tx: Tx, actor: Actor, group_id: int, post_id: int) -> None:
    group, post = await _for_staff(tx, actor, group_id, post_id)
    if await content_store.unpin(tx, group.id, post.id):
        await _pinned(tx, actor, group, post, pinned=False)


async def _pinned(tx: Tx, actor: Actor, group: Group, post: Post, *, pinned: bool) -> None:
    event = GroupPinsChanged(group_id=group.id, account_id=actor.me, post_id=post.id, pinned=pinned)
    await outbox.append(tx, event)
    await log.record(tx, actor, "pin" if pinned else "unpin", "group", group.id, status_id=str(post.id))


async def announce(tx: Tx, actor: Actor, group_id: int, post_id: int) -> None:
    """Tell every member of a post, whatever they have muted or turned off. Once: a second time tells nobody."""
    group, post = await _for_staff(tx, actor, group_id, post_id)
    if await content_store.announce(tx, group.id, post.id, actor.me):
        await outbox.append(tx, GroupAnnounced(group_id=group.id, account_id=actor.me, post_id=post.id))
        await log.record(tx, actor, "announce", "group", group.id, status_id=str(post.id))


async def unannounce(tx: Tx, actor: Actor, group_id: int, post_id: int) -> None:
    """Take a post off the list of announcements; who was told stays told."""
    group, post = await _for_staff(tx, actor, group_id, post_id)
    if not await content_store.unannounce(tx, group.id, post.id):
        raise NotFound
    await log.record(tx, actor, "unannounce", "group", group.id, status_id=str(post.id))


async def delete_post(tx: Tx, actor: Actor, group_id: int, post_id: int) -> None:
    """Take a post out of the group, whoever wrote it."""
    group, post = await _for_staff(tx, actor, group_id, post_id)
    await posts_actions.remove(tx, post, deleted_by=actor.me)
    author = (await accounts.by_ids(tx, [post.account_id])).get(post.account_id)
    await log.record(
        tx, actor, "delete_status", "group", group.id, status_id=str(post.id), author=author.acct if author else ""
    )


async def _for_staff(tx: Tx, actor: Actor, group_id: int, post_id: int) -> tuple[Group, Post]:
    """The group, run by the actor, and a post in it that is no boost."""
    group = (await reads.one(tx, actor, group_id)).group
    rules.check_staff(actor, group)
    post = await posts.readable_post(tx, actor, post_id)
    if post.group_id != group.id or post.boost_of_id is not None:
        raise NotFound
    return group, post
