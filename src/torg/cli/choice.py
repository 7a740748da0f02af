"""Which network a command means when it does not say: the only public one, if there is just one."""

from __future__ import annotations

from torg.engine.postgres import Tx
from torg.kernel.errors import Misused
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.orgs.reads import MOST_NAMED, network_named


async def chosen_network(tx: Tx, host: str | None) -> Network:
    """The network of this host, or the only public network (system). Misused tells which there are."""
    if host is not None:
        return await network_named(tx, host)
    networks = await orgs.some_networks(tx, MOST_NAMED)
    public = [network for network in networks if network.is_public]
    if len(public) == 1:
        return public[0]
    known = ", ".join(network.host for network in networks) or "none yet"
    raise Misused(f"Say which network with --network HOST. Networks: {known}.")
