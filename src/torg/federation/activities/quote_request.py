"""QuoteRequest: somebody elsewhere asks to quote a post of ours, and is answered by its policy (FEP-044f)."""

from __future__ import annotations

from torg.engine import outbox
from torg.federation.activities import create
from torg.federation.activities.incoming import Incoming
from torg.posts import received
from torg.posts.events import QuoteAsked
from torg.posts.received import Quoted
from torg.remote import believing, notes, quoting
from torg.remote.as2 import id_of, object_of, same_origin


async def receive(incoming: Incoming) -> None:
    """The quoting post is kept, the quote accepted or refused; the event's effect sends the answer.

    Who may not read the post gets none: that would tell that it is there.
    """
    quote_uri = id_of(incoming.activity.get("instrument"))
    if quote_uri is None or not same_origin(quote_uri, incoming.uri):
        return
    async with incoming.tx() as tx:
        post = await believing.readable_post(tx, incoming.network, incoming.sender, incoming.object_id)
        if post is None or post.uri is not None:
            return
        allowed = await quoting.policy_allows(tx, post, incoming.sender)
    if allowed:
        await _keep(incoming, quote_uri)
    async with incoming.tx() as tx:
        row = await received.by_uri(tx, quote_uri)
        stands = allowed and row is not None and row.account_id == incoming.sender.id
        if row is not None and row.account_id == incoming.sender.id and row.quote_of_id == post.id:
            revoked = row.quote_state == "revoked"
            stands = stands and not revoked
            if not revoked:
                state = Quoted(post.id, post.account_id, "accepted" if stands else "rejected")
                await quoting.settle(tx, row, state)
        else:
            stands = False
        event = QuoteAsked(
            account_id=post.account_id, quoted_id=post.id, by_id=incoming.sender.id, uri=incoming.id,
            quoting_uri=quote_uri, accepted=stands, post_id=row.id if stands and row is not None else None,
        )  # fmt: skip
        await outbox.append(tx, event)


async def _keep(incoming: Incoming, uri: str) -> None:
    embedded = object_of(incoming.activity.get("instrument"))
    if embedded is not None:
        document = create.whole({}, embedded, incoming.uri)
        await notes.receive(incoming.services, incoming.network, document, incoming.sender)
    else:
        await notes.fetch(incoming.services, incoming.network, uri)
