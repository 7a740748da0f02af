"""How much a remote account has in all: the `totalItems` of its outbox and of its two relations, as its server states.

Of the collections only that number is read. A server that hides the people in them usually states it all the same.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import structlog

from torg.accounts import store as accounts
from torg.accounts.events import AccountsCounted
from torg.engine import outbox
from torg.orgs.model import Network
from torg.remote import documents, store
from torg.remote.as2 import number_of, same_origin
from torg.remote.errors import RemoteError

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=12)
"""An actor may be read again at any moment; its totals are not asked for more often than this."""
MOST_SECONDS = 40.0
MOST_BYTES = 256 * 1024
MOST = 1_000_000_000


async def gather(services: Any, network: Network, account_id: int) -> None:
    """The job: ask for the collections one after the other. One that cannot be had leaves its number as it is."""
    async with services.db.tx(network.scope) as tx:
        account = (await accounts.by_ids(tx, [account_id])).get(account_id)
        actor = await store.actor(tx, account_id)
        if account is None or account.is_local or not account.visible or actor is None or account.uri is None:
            return
        if not await store.may_ask_totals(tx, account_id, EVERY):
            return
    stated: dict[str, int] = {}
    named = {"stated_posts": actor.outbox, "stated_followers": actor.followers, "stated_following": actor.following}
    try:
        async with asyncio.timeout(MOST_SECONDS):
            for column, uri in named.items():
                if uri is None or not same_origin(uri, account.uri):
                    continue
                total = await _total(services, network, uri)
                if total is not None:
                    stated[column] = total
    except TimeoutError:
        log.info("totals took too long", account=account.acct)
    async with services.db.tx(network.scope) as tx:
        if stated:
            await accounts.update(tx, account_id, stated)
            await outbox.append(tx, AccountsCounted(account_ids=[account_id]))


async def _total(services: Any, network: Network, uri: str) -> int | None:
    try:
        found = await documents.fetch(services, network, uri, max_bytes=MOST_BYTES)
    except RemoteError as wrong:
        log.info("a total cannot be had", collection=uri[:200], reason=str(wrong)[:200])
        return None
    return number_of(found.get("totalItems"), MOST)
