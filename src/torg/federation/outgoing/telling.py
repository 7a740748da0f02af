"""What every effect begins with: the network, if it federates, and who of those concerned lives where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.delivery import actions as delivery
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.federation.gathering import place_of
from torg.federation.render import addresses
from torg.federation.render.model import Place
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.peers.rules import federates
from torg.posts import outward as around_posts


class Telling:
    """One network's effects in one transaction. `None` from `begin`: there is nobody to tell anything."""

    def __init__(self, tx: Tx, network: Network, place: Place) -> None:
        self.tx, self.network, self.place = tx, network, place
        self._people: dict[int, Account] = {}
        self._followers: dict[int, list[str]] = {}

    @classmethod
    async def begin(cls, tx: Tx, services: Any, meta: Meta) -> Telling | None:
        network = await orgs.network(tx, meta.org_id, meta.network_id)
        if network is None or not federates(network) or not await around_posts.has_neighbours(tx):
            return None
        return cls(tx, network, place_of(f"{services.settings.scheme}://{network.host}", network))

    @property
    def origin(self) -> str:
        return self.place.origin

    async def know(self, ids: Iterable[int | None]) -> None:
        """Look several accounts up at once."""
        missing = {id_ for id_ in ids if id_ is not None} - set(self._people)
        if missing:
            self._people.update(await accounts.by_ids(self.tx, missing))

    async def account(self, id_: int) -> Account | None:
        await self.know([id_])
        return self._people.get(id_)

    async def speaker(self, id_: int) -> Account | None:
        """The acting account, if it is one of ours and may still speak."""
        found = await self.account(id_)
        return found if found is not None and found.is_local and found.visible else None

    async def stranger(self, id_: int) -> Account | None:
        """Another server's account."""
        found = await self.account(id_)
        return found if found is not None and not found.is_local and found.uri else None

    def uri(self, account: Account) -> str:
        return addresses.actor(self.origin, account)

    async def follower_inboxes(self, account_id: int) -> list[str]:
        if account_id not in self._followers:
            self._followers[account_id] = await delivery.follower_inboxes(self.tx, account_id)
        return self._followers[account_id]

    async def inboxes(self, author_id: int, ids: Iterable[int]) -> list[str]:
        """Where those of the accounts are reached that live elsewhere and are not blocked by the author."""
        known = await around_posts.elsewhere(self.tx, author_id, ids)
        return await delivery.inboxes_of(self.tx, known) if known else []

    async def send(self, account: Account | None, activity: Mapping[str, Any], inboxes: Iterable[str]) -> None:
        """Put an activity down, signed by the account or (None) the network itself."""
        await delivery.send(
            self.tx, account_id=account.id if account else None, activity=activity, inboxes=list(inboxes)
        )
