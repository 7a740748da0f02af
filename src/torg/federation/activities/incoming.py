"""What a verb is given: an activity whose sender is proven, and where it came to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.orgs.model import Network
from torg.remote import note_store
from torg.remote.as2 import id_of
from torg.remote.notes import actor_of


@dataclass(frozen=True, slots=True)
class Incoming:
    """An activity. `sender` is its actor, but for those that were forwarded (verbs.FORWARDED)."""

    services: Any
    network: Network
    sender: Account
    activity: Mapping[str, Any]

    @property
    def id(self) -> str:
        return id_of(self.activity.get("id")) or ""

    @property
    def uri(self) -> str:
        """The sender's ActivityPub id."""
        return self.sender.uri or ""

    @property
    def object_id(self) -> str | None:
        return id_of(self.activity.get("object"))

    @property
    def actor(self) -> Actor:
        """The sender as somebody who acts here, with a stranger's rights."""
        return actor_of(self.network, self.sender)

    def tx(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction over the network, for what the sender's own things need."""
        return tx_of(self.services, self.network)

    def acting(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction that sees what the sender may see: PostgreSQL itself keeps closed groups shut."""
        opened: AbstractAsyncContextManager[Tx] = self.services.db.tx(self.actor.scope)
        return opened

    async def undone(self, tx: Tx) -> bool:
        """Whether the sender has taken this very activity back, by an Undo that came first."""
        return bool(self.id) and await note_store.is_withdrawn(tx, self.uri, self.id)


def tx_of(services: Any, network: Network) -> AbstractAsyncContextManager[Tx]:
    opened: AbstractAsyncContextManager[Tx] = services.db.tx(network.scope)
    return opened


Verb = Callable[[Incoming], Awaitable[None]]
