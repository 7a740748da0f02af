"""What a person pastes into a search: an address or a handle of another server → the account or post that it is."""

from __future__ import annotations

from typing import Any

import msgspec

from torg.orgs.model import Network
from torg.posts import received
from torg.remote import actors, as2, documents, notes, store
from torg.remote.model import ACTOR_TYPES


class Found(msgspec.Struct, frozen=True):
    """One of them, or nothing that may be shown."""

    account_id: int | None = None
    post_id: int | None = None


async def handle(services: Any, network: Network, acct: str) -> Found:
    """The account of `name@host`. Raises remote.errors."""
    return Found(account_id=(await actors.resolve_acct(services, network, acct)).id)


async def address(services: Any, network: Network, uri: str) -> Found:
    """The actor or post at an address: its id or its page. Raises remote.errors. Call it outside transactions."""
    async with services.db.tx(network.scope) as tx:
        account = await store.by_uri(tx, uri) or await store.by_page(tx, uri)
        if account is not None:
            await actors.look(tx, account)
            return Found(account_id=account.id)
        post = await received.by_uri(tx, uri)
    if post is not None:
        return Found(post_id=post.boost_of_id or post.id)
    document = await documents.fetch(services, network, uri)
    if as2.type_of(document, ACTOR_TYPES) is not None:
        return Found(account_id=(await actors.resolve_document(services, network, document)).id)
    return Found(post_id=(await notes.keep_fetched(services, network, document)).post_id)
