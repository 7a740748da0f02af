"""Like, and EmojiReact and Misskey's reactions: a favourite, since there is no other mark here to be shown as."""

from __future__ import annotations

from torg.federation.activities.incoming import Incoming
from torg.posts import marks
from torg.remote import believing
from torg.remote.note_store import TENANT, tenant


async def receive(incoming: Incoming) -> None:
    """A favourite of a post that is here and that the sender may read. Nothing is fetched for it."""
    async with incoming.acting() as tx:
        if await incoming.undone(tx):
            return
        post = await believing.readable_post(tx, incoming.network, incoming.sender, incoming.object_id)
        if post is None:
            return
        await marks.favourite(tx, incoming.actor, post.id)
        await tx.run(
            f"""UPDATE favourites SET uri = %(uri)s WHERE {TENANT} AND account_id = %(sender)s AND post_id = %(post)s
                AND uri IS NULL""",
            {**tenant(tx), "uri": incoming.id, "sender": incoming.sender.id, "post": post.id},
        )
