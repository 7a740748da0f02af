"""Update: a profile, a post or the totals of a poll as they are now."""

from __future__ import annotations

from torg.federation.activities import create
from torg.federation.activities.incoming import Incoming
from torg.remote import actors, notes
from torg.remote.as2 import object_of, type_of
from torg.remote.errors import Unreadable

ACTORS = ("Person", "Service", "Application", "Organization", "Group")


async def receive(incoming: Incoming) -> None:
    """The sender's own only. A post that we have not heard of is new, if anybody cares for it."""
    if incoming.object_id == incoming.uri:
        await _profile(incoming)
        return
    document = await create.written(incoming)
    if document is not None:
        await notes.update(incoming.services, incoming.network, document, incoming.sender)


async def _profile(incoming: Incoming) -> None:
    embedded = object_of(incoming.activity.get("object"))
    if embedded is not None and type_of(embedded, ACTORS) and "publicKey" in embedded:
        try:
            async with incoming.tx() as tx:
                await actors.receive(tx, incoming.network, dict(embedded), fetched_from=incoming.uri)
            return
        except Unreadable:  # half a document: the whole one is where it is from
            pass
    await actors.resolve(incoming.services, incoming.network, incoming.uri, refresh=True)
