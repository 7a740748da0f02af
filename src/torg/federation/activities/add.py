"""Add: the sender pins a post of its own to its profile, or features a hashtag."""

from __future__ import annotations

from torg.federation.activities import featured
from torg.federation.activities.incoming import Incoming
from torg.posts import marks
from torg.remote import notes
from torg.showcase import featured_tags

MOST_PINS = 20


async def receive(incoming: Incoming) -> None:
    async with incoming.tx() as tx:
        kind = await featured.collection(tx, incoming)
        tag = featured.hashtag(incoming)
        if kind == "tags" and tag is not None:
            await featured_tags.feature(tx, incoming.actor, tag)
    if kind == "posts" and incoming.object_id is not None:
        kept = await notes.fetch(incoming.services, incoming.network, incoming.object_id)
        if kept.post_id is not None:
            async with incoming.acting() as tx:
                await marks.pin(tx, incoming.actor, kept.post_id, most=MOST_PINS)
