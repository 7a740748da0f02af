"""What every request of a member must pass: the network's ranges of addresses, and its usage policy. No query."""

from __future__ import annotations

import structlog

from torg.engine.postgres import Database
from torg.kernel.actor import Actor
from torg.orgs.model import Network
from torg.orgs.policies import lets_in
from torg.policies import store
from torg.policies.errors import AddressRefused, NotAccepted

log = structlog.get_logger(__name__)

OPEN = frozenset(
    {
        "/api/v1/accounts/verify_credentials",
        "/api/v1/apps/verify_credentials",
        "/api/v1/instance",
        "/api/v2/instance",
        "/api/torg/v1/usage_policy",
        "/api/torg/v1/usage_policy/accept",
        "/oauth/revoke",
        "/oauth/userinfo",
    }
)
"""Paths of routes that one may call before accepting: who am I, what is to be accepted, and the way out."""


class Gate:
    """The http kit's Gate: `await gate(network, actor, ip, path, origin)` raises for whom the policies refuse."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, network: Network, actor: Actor, ip: str, path: str, origin: str) -> None:
        """For a caller with a token. AddressRefused or NotAccepted, both 403."""
        if actor.token_id is None:
            return
        if not lets_in(network.settings, ip, actor.role_id):
            await self.address(network, ip, actor.account_id, actor.role_id)
        if actor.account_id is not None and path not in OPEN:
            self.accepted(network, actor.policy_version, origin)

    async def address(self, network: Network, ip: str, account_id: int | None, role_id: int | None) -> None:
        """AddressRefused for an address outside the network's ranges; the administrators see that it happened."""
        if lets_in(network.settings, ip, role_id):
            return
        log.warning("address refused", network=network.host, account=account_id, ip=ip)
        if account_id is not None:
            async with self._db.tx(network.scope) as tx:
                await store.note_refused(tx, account_id, ip)
        raise AddressRefused(log=f"{ip} is outside the ranges of {network.host}")

    @staticmethod
    def admits(network: Network, actor: Actor, ip: str) -> bool:
        """Whether a caller who was let in before may stay, as things are now (an open stream)."""
        if actor.token_id is None:
            return True
        settings = network.settings
        accepted = actor.account_id is None or actor.policy_version >= settings.usage_policy_version
        return accepted and lets_in(settings, ip, actor.role_id)

    @staticmethod
    def accepted(network: Network, version: int, origin: str) -> None:
        """NotAccepted for whoever has accepted an older version than the network's, or none."""
        current = network.settings.usage_policy_version
        if version < current:
            raise NotAccepted(origin, current)
