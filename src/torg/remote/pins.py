"""What a remote account has pinned to its profile: its `featured` collection, read when the actor was.

Servers tell of a pin by an Add only to those who follow at that moment, and some (GoToSocial) never do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from torg.accounts import store as accounts
from torg.kernel.errors import TorgError
from torg.orgs.model import Network
from torg.posts import marks
from torg.remote import documents, notes, store
from torg.remote.as2 import id_of, list_of, object_of, same_origin
from torg.remote.errors import Failed, RemoteError

log = structlog.get_logger(__name__)

MOST = 10
MOST_SECONDS = 60.0


async def gather(services: Any, network: Network, account_id: int) -> None:
    """The job: fetch the collection and its posts, and pin here what is pinned there, no more and no less.

    Posts of others in it are left out; without the collection (or where the server hides it) the pins stay as they are.
    """
    async with services.db.tx(network.scope) as tx:
        account = (await accounts.by_ids(tx, [account_id])).get(account_id)
        actor = await store.actor(tx, account_id)
    if account is None or account.is_local or not account.visible or actor is None or not actor.featured:
        return
    async with asyncio.timeout(MOST_SECONDS):
        try:
            found = await documents.fetch(services, network, actor.featured)
        except Failed:
            raise
        except RemoteError as final:
            log.info("pins cannot be had", account=account.acct, reason=str(final)[:200])
            return
        items = _items(found)
        first = found.get("first")
        if not items and first is not None:
            page = object_of(first) or await documents.fetch(services, network, id_of(first) or "")
            items = _items(page)
        wanted = [uri for item in items if (uri := id_of(item)) and same_origin(uri, actor.featured)][:MOST]
        kept = []
        for uri in wanted:
            try:
                post = (await notes.fetch(services, network, uri)).post_id
            except TorgError as error:
                log.info("a pinned post cannot be had", account=account.acct, post=uri[:200], reason=str(error)[:200])
                continue
            if post is not None:
                kept.append(post)
    actor_ = notes.actor_of(network, account)
    async with services.db.tx(network.scope) as tx:
        # The first of the collection is shown first, as the last that was pinned
        await marks.pin_exactly(tx, actor_, kept[::-1])


def _items(collection: Mapping[str, Any]) -> list[Any]:
    return [*list_of(collection.get("orderedItems")), *list_of(collection.get("items"))]
