"""What administrators decide about servers: block, allow, and take it back. Each act is logged by the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid
from torg.moderation import registers, rules
from torg.moderation.model import AllowedDomain, BlockedDomain
from torg.orgs.model import Network
from torg.peers import enforcement, subscription_store


async def block(
    tx: Tx, actor: Actor, network: Network, domain: str, severity: str, values: Mapping[str, Any]
) -> BlockedDomain:
    """Limit a server and all below it; registers.Stricter (422) if it is limited as much already.

    Invalid for one's own host: to speak with nobody is the setting `federation=off`.
    """
    if rules.domain(domain) in rules.parents(network.host.partition(":")[0]):
        raise Invalid("Validation failed: Domain is this network's own")
    made = await registers.block_domain(tx, actor, domain, severity, values)
    await enforcement.changed(tx, network, made.domain)
    return made


async def change(
    tx: Tx, actor: Actor, network: Network, id_: int, severity: str | None, values: Mapping[str, Any]
) -> BlockedDomain:
    """Change a block; what it did before is taken back where it no longer holds."""
    made = await registers.change_domain_block(tx, actor, id_, severity, values)
    await enforcement.changed(tx, network, made.domain)
    return made


async def unblock(tx: Tx, actor: Actor, network: Network, id_: int) -> BlockedDomain:
    """Lift a block: accounts and posts are seen again, follows stay ended."""
    gone = await registers.DOMAINS.delete(tx, actor, id_)
    if gone.subscription_id is not None:
        await subscription_store.excepted(tx, gone.domain)
    await enforcement.changed(tx, network, gone.domain)
    return gone


async def allow(tx: Tx, actor: Actor, network: Network, domain: str) -> AllowedDomain:
    """Put a server on the list of those with which a network of limited federation speaks."""
    made = await registers.allow_domain(tx, actor, domain)
    await enforcement.changed(tx, network, made.domain)
    return made


async def disallow(tx: Tx, actor: Actor, network: Network, id_: int) -> AllowedDomain:
    """Take a server off that list: with limited federation it is shut out from now on."""
    gone = await registers.ALLOWED.delete(tx, actor, id_)
    await enforcement.changed(tx, network, gone.domain)
    return gone
