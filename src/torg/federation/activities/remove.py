"""Remove: a post is no longer pinned, a hashtag no longer featured."""

from __future__ import annotations

from torg.federation.activities import featured
from torg.federation.activities.incoming import Incoming
from torg.posts import marks, received
from torg.showcase import featured_tags


async def receive(incoming: Incoming) -> None:
    async with incoming.tx() as tx:
        kind = await featured.collection(tx, incoming)
        tag = featured.hashtag(incoming)
        if kind == "tags" and tag is not None:
            await featured_tags.unfeature_name(tx, incoming.actor, tag)
        elif kind == "posts" and incoming.object_id is not None:
            post = await received.by_uri(tx, incoming.object_id)
            if post is not None and post.account_id == incoming.sender.id:
                await marks.unpin(tx, incoming.actor, post.id)
