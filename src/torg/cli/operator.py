"""Who acts at the command line: whoever runs the installation, who may do everything and has no account."""

from __future__ import annotations

from torg.kernel.actor import Actor, Permission
from torg.orgs.model import Network


def operator(network: Network) -> Actor:
    """The actor for one network; the log names it by `moderation.log.OPERATOR`."""
    return Actor(
        org_id=network.org_id,
        network_id=network.id,
        network_kind=network.kind,
        permissions=Permission.ADMINISTRATOR,
    )
