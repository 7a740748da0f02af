"""What comes by way of another than its actor (replies that a server passes on): looked up where it is from."""

from __future__ import annotations

from torg.accounts import reads as accounts
from torg.federation.activities import delete
from torg.federation.activities.incoming import Incoming
from torg.posts import received
from torg.remote import believing, documents, notes, ours
from torg.remote.as2 import id_of, object_of, types_of
from torg.remote.errors import Gone


async def written(incoming: Incoming) -> None:
    """A reply in a conversation that we have, or a post that we have, as its own server gives it now."""
    uri = incoming.object_id
    if uri is None or ours.is_ours(incoming.network, uri):
        return
    embedded = object_of(incoming.activity.get("object")) or {}
    async with incoming.tx() as tx:
        known = await received.by_uri(tx, uri)
        parent = await believing.readable_post(
            tx, incoming.network, incoming.sender, id_of(embedded.get("inReplyTo"))
        )
    changed = "Update" in types_of(incoming.activity)
    if (known is not None and changed) or (known is None and parent is not None):
        await notes.fetch(incoming.services, incoming.network, uri, refresh=known is not None)


async def deleted(incoming: Incoming) -> None:
    """Its server is asked; only if it is gone there, it goes here."""
    uri = incoming.object_id
    if uri is None or ours.is_ours(incoming.network, uri):
        return
    async with incoming.tx() as tx:
        known = await received.by_uri(tx, uri)
        people = await accounts.by_ids(tx, [known.account_id]) if known is not None else {}
    author = next(iter(people.values()), None)
    if author is None or author.is_local:
        return
    try:
        document = await documents.fetch(incoming.services, incoming.network, uri)
        gone = "Tombstone" in types_of(document)
    except Gone:
        gone = True
    if gone:
        await delete.thing(Incoming(incoming.services, incoming.network, author, incoming.activity), uri)
