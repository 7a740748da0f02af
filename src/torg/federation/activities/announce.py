"""Announce: a boost; of a Group also an activity that it passes on to its followers (FEP-1b12)."""

from __future__ import annotations

from torg.federation.activities import forwarded
from torg.federation.activities.incoming import Incoming
from torg.posts import boosts, received
from torg.posts import store as posts
from torg.posts.model import Audience
from torg.remote import note_store, notes, ours
from torg.remote.as2 import id_of, ids_of, is_public, object_of, type_of

WRITTEN = ("Create", "Update")
PASSED_ON = (*WRITTEN, "Delete", "Like", "Dislike", "Undo", "Add", "Remove", "Block", "Lock", "Follow", "Accept")


async def receive(incoming: Incoming) -> None:
    """A boost of a post for everyone, which is fetched from its origin if it is unknown and anybody would see it."""
    embedded = object_of(incoming.activity.get("object"))
    if embedded is not None and (kind := type_of(embedded, PASSED_ON)) is not None:
        if incoming.sender.actor_type == "Group":
            await _of_group(incoming, kind)
        return
    if incoming.object_id is not None:
        await _boost(incoming, incoming.object_id)


async def _of_group(incoming: Incoming, kind: str) -> None:
    """What a group passes on is looked up at its origin; a new thread is shown as the group's boost.

    Likes and the rest count where the post lives, and are told in its totals.
    """
    inner = Incoming(
        incoming.services, incoming.network, incoming.sender, object_of(incoming.activity.get("object")) or {}
    )
    uri = inner.object_id
    if uri is None:
        return
    if kind == "Delete":
        await forwarded.deleted(inner)
    elif kind in WRITTEN:
        async with incoming.tx() as tx:
            if not await note_store.is_followed(tx, [incoming.sender.id]) and not ours.is_ours(incoming.network, uri):
                return
        await notes.fetch(incoming.services, incoming.network, uri, refresh=kind == "Update")
        document = object_of(inner.activity.get("object")) or {}
        if kind == "Create" and not id_of(document.get("inReplyTo")):
            await _boost(incoming, uri)


async def _boost(incoming: Incoming, uri: str) -> None:
    async with incoming.tx() as tx:
        if await incoming.undone(tx) or await received.by_uri(tx, incoming.id) is not None:
            return
        here = ours.is_ours(incoming.network, uri) or await received.by_uri(tx, uri) is not None
        if not here and not await note_store.is_followed(tx, [incoming.sender.id]):
            return
    post_id = (await notes.fetch(incoming.services, incoming.network, uri)).post_id
    if post_id is None:
        return
    audience, listed = _audience(incoming)
    async with incoming.acting() as tx:
        await received.lock_uri(tx, incoming.id)
        if await incoming.undone(tx):
            return
        boost_id = await boosts.boost(tx, incoming.actor, post_id, audience=audience, listed=listed)
        made = await posts.get(tx, boost_id)
        if made is not None and made.uri is None:
            await posts.update(tx, boost_id, {"uri": incoming.id})


def _audience(incoming: Incoming) -> tuple[Audience, bool]:
    """Public, unlisted, or to followers alone; an Announce that says nothing is public, as everybody sends it."""
    to, cc = ids_of(incoming.activity.get("to")), ids_of(incoming.activity.get("cc"))
    if any(is_public(one) for one in to) or not (to or cc):
        return Audience.EVERYONE, True
    return (Audience.EVERYONE, False) if any(is_public(one) for one in cc) else (Audience.FOLLOWERS, True)
