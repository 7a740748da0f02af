"""Decisions about other servers; no I/O."""

from __future__ import annotations

from torg.orgs.model import Network


def federates(network: Network) -> bool:
    """Whether the network exists for other servers: a public one that anybody may read, and that is not set apart."""
    return network.is_public and network.settings.federation != "off"
