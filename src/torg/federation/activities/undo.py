"""Undo: a follow, a like, a boost or a block is taken back, by its id or embedded, also before it came."""

from __future__ import annotations

from torg.engine.postgres import Tx
from torg.federation.activities import subjects
from torg.federation.activities.incoming import Incoming
from torg.graph import actions as graph
from torg.posts import actions as posts
from torg.posts import marks, received
from torg.posts import store as post_rows
from torg.remote import believing, note_store, ours
from torg.remote.as2 import id_of, is_web, type_of

KINDS = ("Follow", "Like", "EmojiReact", "Announce", "Block")


async def receive(incoming: Incoming) -> None:
    """What the sender did and takes back. The id is remembered, so that the activity itself has no effect later.

    Not that of a tie which this ends: Takahē makes the next one under the same id.
    """
    inner = subjects.inner_of(incoming)
    kind = type_of(inner, KINDS)
    about = id_of(inner.get("object"))
    if incoming.object_id is None and kind is None:
        return
    async with incoming.tx() as tx:
        if incoming.object_id is not None and is_web(incoming.object_id) and not await _tied(tx, incoming):
            await note_store.withdraw(tx, incoming.uri, incoming.object_id)
        if kind in (None, "Announce") and await _boost(tx, incoming, about):
            return
        if kind in (None, "Follow") and await _follow(tx, incoming, about):
            return
        if kind in (None, "Block") and await _block(tx, incoming, about):
            return
    if kind in (None, "Like", "EmojiReact"):
        await _like(incoming, about)


async def _tied(tx: Tx, incoming: Incoming) -> bool:
    """Whether a tie of the sender stands that was made by the very activity that is taken back."""
    for table in subjects.TIES:
        if await subjects.tied_by(tx, table, incoming) is not None:
            return True
    return False


async def _boost(tx: Tx, incoming: Incoming, about: str | None) -> bool:
    boost = None
    if incoming.object_id is not None:
        await received.lock_uri(tx, incoming.object_id)
        boost = await received.by_uri(tx, incoming.object_id)
    elif about is not None:
        post = await believing.readable_post(tx, incoming.network, incoming.sender, about)
        boost = await post_rows.boost_by(tx, incoming.sender.id, post.id) if post else None
    if boost is None or boost.boost_of_id is None or boost.account_id != incoming.sender.id:
        return False
    await posts.remove(tx, boost, deleted_by=incoming.sender.id)
    return True


async def _follow(tx: Tx, incoming: Incoming, about: str | None) -> bool:
    target = await ours.account_id(tx, incoming.network, about) if about else None
    target = target or await subjects.tied_by(tx, "follows", incoming)
    target = target or await subjects.tied_by(tx, "follow_requests", incoming)
    if target is None:
        return False
    await graph.unfollow(tx, incoming.actor, target)
    return True


async def _block(tx: Tx, incoming: Incoming, about: str | None) -> bool:
    target = await ours.account_id(tx, incoming.network, about) if about else None
    target = target or await subjects.tied_by(tx, "blocks", incoming)
    if target is None:
        return False
    await graph.unblock(tx, incoming.actor, target)
    return True


async def _like(incoming: Incoming, about: str | None) -> None:
    async with incoming.acting() as tx:
        post_id = await subjects.liked_by(tx, incoming)
        if post_id is None and about is not None:
            post = await believing.readable_post(tx, incoming.network, incoming.sender, about)
            post_id = post.id if post else None
        if post_id is not None:
            await marks.unfavourite(tx, incoming.actor, post_id)
