"""Marks that a reader puts on posts: favourite, bookmark, pin, mute of a thread; and the lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid
from torg.kernel.ids import new_id
from torg.kernel.page import Page, Slice, in_order
from torg.posts import reads, store
from torg.posts.events import PostFavourited, PostPinned, PostUnfavourited, PostUnpinned
from torg.posts.model import Audience
from torg.posts.visibility import readable

Table = Literal["favourites", "bookmarks", "pins"]


async def favourite(tx: Tx, actor: Actor, post_id: int) -> int:
    """Mark as favourite; again is the same. Returns the id of the post marked (a boost stands for its post)."""
    post = await reads.original(tx, actor, post_id)
    if await _mark(tx, "favourites", actor.me, post.id):
        await store.count(tx, post.id, favourites=1)
        event = PostFavourited(post_id=post.id, account_id=actor.me, author_id=post.account_id)
        await outbox.append(tx, event)
    return post.id


async def unfavourite(tx: Tx, actor: Actor, post_id: int) -> int:
    post = await reads.original(tx, actor, post_id)
    uri = await like_uri(tx, actor.me, post.id)
    if await _unmark(tx, "favourites", actor.me, post.id):
        await store.count(tx, post.id, favourites=-1)
        event = PostUnfavourited(post_id=post.id, account_id=actor.me, author_id=post.account_id, uri=uri)
        await outbox.append(tx, event)
    return post.id


async def bookmark(tx: Tx, actor: Actor, post_id: int) -> int:
    post = await reads.original(tx, actor, post_id)
    await _mark(tx, "bookmarks", actor.me, post.id)
    return post.id


async def unbookmark(tx: Tx, actor: Actor, post_id: int) -> int:
    post = await reads.original(tx, actor, post_id)
    await _unmark(tx, "bookmarks", actor.me, post.id)
    return post.id


async def pin(tx: Tx, actor: Actor, post_id: int, *, most: int) -> int:
    """Pin one's own post to the profile, at most `most` of them (Mastodon: POST /api/v1/statuses/:id/pin)."""
    post = await reads.readable_post(tx, actor, post_id)
    if post.account_id != actor.me:
        raise Invalid("Validation failed: Someone else's post cannot be pinned")
    if post.boost_of_id is not None:
        raise Invalid("Validation failed: A boost cannot be pinned")
    if post.audience is Audience.MENTIONED:
        raise Invalid("Validation failed: Posts that are only visible to mentioned users cannot be pinned")
    pinned = await tx.column(
        "SELECT post_id FROM pins WHERE org_id = %(org)s AND network_id = %(network)s AND account_id = %(me)s",
        {**store.tenant(tx), "me": actor.me},
    )
    if post.id not in pinned and len(pinned) >= most:
        raise Invalid("Validation failed: You have already pinned the maximum number of posts")
    if await _mark(tx, "pins", actor.me, post.id):
        await outbox.append(tx, PostPinned(post_id=post.id, account_id=actor.me))
    return post.id


async def unpin(tx: Tx, actor: Actor, post_id: int) -> int:
    post = await reads.readable_post(tx, actor, post_id)
    if await _unmark(tx, "pins", actor.me, post.id):
        await outbox.append(tx, PostUnpinned(post_id=post.id, account_id=actor.me))
    return post.id


async def like_uri(tx: Tx, account_id: int, post_id: int) -> str | None:
    """The id of the Like of a favourite, where other servers know of it."""
    found: str | None = await tx.value(
        """SELECT uri FROM favourites WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(me)s AND post_id = %(post)s""",
        {**store.tenant(tx), "me": account_id, "post": post_id},
    )
    return found


async def name_like(tx: Tx, account_id: int, post_id: int, uri: str) -> None:
    """Remember under which id other servers are told of a favourite, for its Undo."""
    await tx.run(
        """UPDATE favourites SET uri = %(uri)s WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(me)s AND post_id = %(post)s""",
        {**store.tenant(tx), "me": account_id, "post": post_id, "uri": uri},
    )


async def pin_exactly(tx: Tx, actor: Actor, post_ids: Sequence[int]) -> None:
    """Another server's list of pins, the last of it on top: of these the account's own, and nothing else."""
    own = {post.id for id_ in post_ids if (post := await store.get(tx, id_)) and post.account_id == actor.me}
    await tx.run(
        """DELETE FROM pins WHERE org_id = %(org)s AND network_id = %(network)s AND account_id = %(me)s
           AND post_id <> ALL(%(kept)s::bigint[])""",
        {**store.tenant(tx), "me": actor.me, "kept": list(own)},
    )
    for id_ in post_ids:
        if id_ in own:
            await _mark(tx, "pins", actor.me, id_)


async def mute_thread(tx: Tx, actor: Actor, post_id: int) -> int:
    """No more notifications from the thread of this post."""
    post = await reads.original(tx, actor, post_id)
    await tx.run(
        """INSERT INTO thread_mutes (org_id, network_id, account_id, thread_id)
           VALUES (%(org)s, %(network)s, %(me)s, %(thread)s) ON CONFLICT DO NOTHING""",
        {**store.tenant(tx), "me": actor.me, "thread": post.thread_id},
    )
    return post.id


async def unmute_thread(tx: Tx, actor: Actor, post_id: int) -> int:
    post = await reads.original(tx, actor, post_id)
    await tx.run(
        """DELETE FROM thread_mutes WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(me)s AND thread_id = %(thread)s""",
        {**store.tenant(tx), "me": actor.me, "thread": post.thread_id},
    )
    return post.id


async def marked(tx: Tx, actor: Actor, table: Table, page: Page) -> Slice[int]:
    """Ids of the posts that the actor marked, newest mark first; the slice's ids are those of the marks."""
    where, params = page.where("m.id")
    rows = await tx.all(
        f"""SELECT m.id, m.post_id FROM {table} m
            JOIN posts p ON p.org_id = m.org_id AND p.id = m.post_id
            WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.account_id = %(viewer)s
            AND {where} AND {readable()} ORDER BY m.id {page.direction} LIMIT {page.limit}""",
        {**store.tenant(tx, actor.me), **params},
    )
    return _slice(page, rows, "post_id")


async def favourited_by(tx: Tx, actor: Actor, post_id: int, page: Page) -> Slice[int]:
    """Ids of the accounts that marked the post as favourite, newest first."""
    post = await reads.original(tx, actor, post_id)
    where, params = page.where("m.id")
    rows = await tx.all(
        f"""SELECT m.id, m.account_id FROM favourites m
            JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id
            WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.post_id = %(post)s
            AND a.suspended_at IS NULL AND a.state = 'active'
            AND NOT EXISTS (SELECT FROM blocks b WHERE b.org_id = m.org_id
                            AND b.account_id = m.account_id AND b.target_id = %(viewer)s)
            AND {where} ORDER BY m.id {page.direction} LIMIT {page.limit}""",
        {**store.tenant(tx, actor.account_id), **params, "post": post.id},
    )
    return _slice(page, rows, "account_id")


def _slice(page: Page, rows: list[dict[str, Any]], column: str) -> Slice[int]:
    rows = in_order(page, rows)
    if not rows:
        return Slice([])
    return Slice([row[column] for row in rows], rows[0]["id"], rows[-1]["id"])


async def _mark(tx: Tx, table: Table, account_id: int, post_id: int) -> bool:
    added = await tx.run(
        f"""INSERT INTO {table} (org_id, network_id, id, account_id, post_id)
            VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(post)s) ON CONFLICT DO NOTHING""",
        {**store.tenant(tx), "id": new_id(), "me": account_id, "post": post_id},
    )
    return added > 0


async def _unmark(tx: Tx, table: Table, account_id: int, post_id: int) -> bool:
    removed = await tx.run(
        f"""DELETE FROM {table} WHERE org_id = %(org)s AND network_id = %(network)s
            AND account_id = %(me)s AND post_id = %(post)s""",
        {**store.tenant(tx), "me": account_id, "post": post_id},
    )
    return removed > 0
