"""Delete: a post, a message, a boost, a stamp, or the whole account of the sender is gone."""

from __future__ import annotations

from torg.accounts import store as accounts
from torg.accounts.events import AccountUpdated
from torg.engine import jobs, outbox
from torg.federation.activities.incoming import Incoming
from torg.kernel.clock import now
from torg.messages import actions as messages
from torg.messages import received as received_messages
from torg.moderation.deletion import REMOVE_CONTENT
from torg.posts import actions as posts
from torg.posts import received
from torg.remote import note_store, quoting
from torg.remote.as2 import same_origin


async def receive(incoming: Incoming) -> None:
    """By id, Tombstone or embedded object; remembered, so that a Create that comes after it has no effect."""
    uri = incoming.object_id
    if uri == incoming.uri:
        await account(incoming)
    elif uri is not None and same_origin(uri, incoming.uri):
        await thing(incoming, uri)


async def thing(incoming: Incoming, uri: str) -> None:
    """One thing of the sender's."""
    async with incoming.tx() as tx:
        await received.lock_uri(tx, uri)
        await note_store.withdraw(tx, incoming.uri, uri)
        post = await received.by_uri(tx, uri)
        if post is not None and post.account_id == incoming.sender.id:
            await posts.remove(tx, post, deleted_by=incoming.sender.id)
        message = await received_messages.by_uri(tx, uri)
        if message is not None and message.account_id == incoming.sender.id:
            await messages.delete(tx, incoming.actor, message.id)
        await quoting.stamp_deleted(tx, incoming.sender, uri)


async def account(incoming: Incoming) -> None:
    """The account closes at once; what it left goes by a job, follows in both directions too."""
    async with incoming.tx() as tx:
        await accounts.update(tx, incoming.sender.id, {"state": "deleted", "disabled_at": now()})
        await outbox.append(tx, AccountUpdated(account_id=incoming.sender.id))
        await jobs.enqueue(tx, REMOVE_CONTENT, {"account_id": incoming.sender.id}, key=str(incoming.sender.id))
