"""Answers about organisations and networks."""

from __future__ import annotations

import time

from torg.engine.postgres import Database, Tx
from torg.kernel.errors import Misused
from torg.orgs import store
from torg.orgs.model import Network

FRESH_SECONDS = 5.0
MOST_NAMED = 20
"""Networks that a message lists: an installation may have thousands."""


class NetworksByHost:
    """Host name → network, remembered for a few seconds: every request asks."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, tuple[float, Network | None]] = {}

    async def by_host(self, host: str) -> Network | None:
        host = host.lower()
        known = self._known.get(host)
        if known and time.monotonic() - known[0] < FRESH_SECONDS:
            return known[1]
        async with self._db.system() as tx:
            found = await store.network_by_host(tx, host)
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[host] = (time.monotonic(), found)
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
