"""Answers about organisations and networks."""

from __future__ import annotations

import time

import msgspec

from torg.engine.changes import changes
from torg.engine.keys import EVERYTHING, tenant
from torg.engine.postgres import Database, Tx
from torg.kernel.errors import Misused
from torg.orgs import store
from torg.orgs.model import Network

FRESH_SECONDS = 60.0
UNKNOWN_SECONDS = 5.0
"""For how long a name stays unknown: a network that another process founds touches nothing of it."""
MOST_NAMED = 20
"""Networks that a message lists: an installation may have thousands."""


class Known(msgspec.Struct, frozen=True):
    """What a name led to when `ticket` was taken, until the clock says `until` at the latest."""

    network: Network | None
    ticket: int
    keys: frozenset[int]
    until: float


class NetworksByHost:
    """Host name → network, remembered until something of it is touched: every request asks."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, Known] = {}

    async def by_host(self, host: str) -> Network | None:
        host = host.lower()
        known = self._known.get(host)
        if known and time.monotonic() < known.until and changes.unchanged(known.ticket, known.keys):
            return known.network
        ticket = changes.ticket()
        async with self._db.system() as tx:
            found = await store.network_by_host(tx, host)
        if len(self._known) > 10_000:
            self._known.clear()
        keys = frozenset(tenant(found.org_id) if found else (EVERYTHING,))
        until = time.monotonic() + (FRESH_SECONDS if found else UNKNOWN_SECONDS)
        self._known[host] = Known(found, ticket, keys, until)
        return found

    def forget(self) -> None:
        """After a change of settings: ask again."""
        self._known.clear()


async def network_named(tx: Tx, host: str) -> Network:
    """The network of a host, for the command line (system)."""
    found = await store.network_by_host(tx, host)
    if found is None:
        known = ", ".join(n.host for n in await store.some_networks(tx, MOST_NAMED)) or "none yet"
        raise Misused(f"There is no network at {host}. Networks: {known}.")
    return found
