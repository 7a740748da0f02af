"""With whose key an activity is signed, remembered for a minute: an activity for a thousand hosts asks once."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from torg.accounts import store as accounts
from torg.engine.fetch import Sign
from torg.orgs.model import Network
from torg.signing import actions as signing
from torg.signing import gone
from torg.signing.model import Key, Scheme

FRESH = 60.0
MOST = 2000

SignAs = Callable[[Network, int | None, Scheme], Awaitable[Sign | None]]
"""The signer of an account (None: of the instance actor); None when the account is gone without a key being kept."""


class Signers:
    """`await signers(network, account_id, "cavage")`."""

    def __init__(self, services: Any) -> None:
        self._services = services
        self._keys: dict[tuple[int, int | None], tuple[float, Key | None]] = {}
        self._signers: dict[tuple[int, Scheme], Sign] = {}

    async def __call__(self, network: Network, account_id: int | None, scheme: Scheme) -> Sign | None:
        key = await self._key(network, account_id)
        if key is None:
            return None
        signer = self._signers.get((key.id, scheme))
        if signer is None:
            if len(self._signers) >= MOST:
                self._signers.clear()
            signer = self._signers[key.id, scheme] = signing.get_signer(key, scheme)
        return signer

    async def _key(self, network: Network, account_id: int | None) -> Key | None:
        whose = (network.id, account_id)
        until, key = self._keys.get(whose, (0.0, None))
        if time.monotonic() < until:
            return key
        # Hundreds of hosts want the same key in the same moment
        found: Key | None = await self._services.flights.share(
            ("signer", *whose), lambda: self._found(network, account_id)
        )
        return found

    async def _found(self, network: Network, account_id: int | None) -> Key | None:
        account, kept = None, None
        if account_id is not None:
            async with self._services.db.tx(network.scope) as tx:
                account = (await accounts.by_ids(tx, [account_id])).get(account_id)
                kept = await gone.of_account(tx, account_id)
        if kept is not None:
            key = signing.last_key(self._services, network, kept)
        elif account_id is not None and account is None:
            key = None
        else:
            key = await signing.key_of(self._services, network, account)
        if len(self._keys) >= MOST:
            self._keys.clear()
        self._keys[network.id, account_id] = (time.monotonic() + FRESH, key)
        return key
