"""Whether a network still federates and with whom, asked again when something is about to leave."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from torg.delivery.model import Delivery
from torg.engine.postgres import Tx
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.peers import policy
from torg.peers.rules import federates

FRESH = 5.0


class Terms:
    """Networks as they were at most five seconds ago."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, Network | None]] = {}

    async def networks(self, tx: Tx, rows: Sequence[Delivery]) -> Mapping[int, Network]:
        """The networks of these deliveries that federate; nothing of others may be brought."""
        found = {}
        for org_id, network_id in sorted({(row.org_id, row.network_id) for row in rows}):
            until, network = self._known.get(network_id, (0.0, None))
            if time.monotonic() >= until:
                network = await orgs.network(tx, org_id, network_id)
                self._known[network_id] = (time.monotonic() + FRESH, network)
            if network is not None and federates(network):
                found[network_id] = network
        return found

    async def refused(
        self, tx: Tx, networks: Mapping[int, Network], host: str, rows: Sequence[Delivery]
    ) -> list[Delivery]:
        """Those that go to a host with which their network does not speak (any more)."""
        closed = {id_ for id_ in {row.network_id for row in rows} if await policy.refused(tx, networks[id_], [host])}
        return [row for row in rows if row.network_id in closed] if closed else []
