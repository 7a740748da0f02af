"""A group passes on what its members elsewhere do in it, exactly as they said it (FEP-1b12)."""

from __future__ import annotations

from torg.engine.effects import Meta
from torg.federation.activities import subjects
from torg.federation.activities.incoming import Incoming
from torg.federation.outgoing import groups
from torg.federation.outgoing.telling import Telling
from torg.kernel.clock import now
from torg.posts import received
from torg.posts.model import Post
from torg.remote import believing
from torg.remote.as2 import id_of, types_of

OWN = frozenset({"Create", "Update", "Delete"})
MARKS = frozenset({"Like", "Undo"})


async def place(incoming: Incoming) -> int | None:
    """The group in which the sender's activity happens, as far as it is known now; None for all else.

    Asked before the verb (a Delete takes the post away) and after it (a Create brings it).
    """
    kinds = types_of(incoming.activity)
    about = incoming.object_id
    if "Undo" in kinds:
        inner = subjects.inner_of(incoming)
        if "Like" not in types_of(inner):
            return None
        about = id_of(inner.get("object"))
    if about is None or (OWN.isdisjoint(kinds) and MARKS.isdisjoint(kinds)):
        return None
    post: Post | None
    if OWN.isdisjoint(kinds):
        async with incoming.acting() as tx:
            post = await believing.readable_post(tx, incoming.network, incoming.sender, about)
        return post.group_id if post is not None else None
    async with incoming.tx() as tx:
        post = await received.by_uri(tx, about)
    return post.group_id if post is not None and post.account_id == incoming.sender.id else None


async def pass_on(incoming: Incoming, group_id: int) -> None:
    """To the group's followers on other servers; again is the same activity with the same id."""
    meta = Meta(incoming.network.org_id, incoming.network.id, 0, now())
    async with incoming.tx() as tx:
        telling = await Telling.begin(tx, incoming.services, meta)
        if telling is not None:
            await groups.relay(telling, group_id, incoming.activity)
