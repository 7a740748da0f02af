"""Who may not come in at all: blocked ranges of addresses, kept in memory so that a request costs no query."""

from __future__ import annotations

import ipaddress
import time

from torg.engine.changes import changes
from torg.engine.keys import tenant
from torg.engine.postgres import Database
from torg.kernel.errors import Forbidden
from torg.moderation import registers
from torg.orgs.model import Network

FRESH = 60.0
"""Seconds after which the ranges are read anew, since some of them end by the clock."""

Range = ipaddress.IPv4Network | ipaddress.IPv6Network


class Door:
    """The http kit's Doorman: `await door(network, ip)` raises Forbidden for an address that has `no_access`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[int, tuple[float, int, list[Range]]] = {}

    async def __call__(self, network: Network, ip: str) -> None:
        until, ticket, ranges = self._known.get(network.id, (0.0, 0, []))
        if time.monotonic() >= until or not changes.unchanged(ticket, tenant(network.org_id)):
            ranges = await self._load(network, ranges)
        if ranges and self._within(ip, ranges):
            raise Forbidden(log=f"{ip} has no access to {network.host}")

    async def look(self, network: Network) -> None:
        """Know the ranges before anybody comes."""
        await self._load(network, [])

    def forget(self, network_id: int) -> None:
        """A block changed: ask anew at the next request."""
        self._known.pop(network_id, None)

    async def _load(self, network: Network, old: list[Range]) -> list[Range]:
        # Requests that come meanwhile go by the old list instead of asking too
        ticket = changes.ticket()
        self._known[network.id] = (time.monotonic() + FRESH, ticket, old)
        async with self._db.tx(network.scope) as tx:
            found = [ipaddress.ip_network(text) for text in await registers.shut_out(tx)]
        self._known[network.id] = (time.monotonic() + FRESH, ticket, found)
        return found

    @staticmethod
    def _within(ip: str, ranges: list[Range]) -> bool:
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:  # a Unix socket, say
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address.version == span.version and address in span for span in ranges)
