"""What one does with keys: get an actor's, made when there is none yet, sign requests with it, change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torg.accounts.events import AccountUpdated
from torg.accounts.model import Account
from torg.engine import outbox, signatures
from torg.engine.fetch import Sign
from torg.kernel.ids import new_id
from torg.orgs.model import Network
from torg.signing import store
from torg.signing.gone import Gone
from torg.signing.model import FIRST_KEY, Key, Scheme


async def key_of(services: Any, network: Network, account: Account | None) -> Key:
    """The key of a local account, or of the network's instance actor (None). Made when missing, off the event loop.

    Opens a transaction of its own: call it outside yours. However many ask at once, there is one key.
    """
    account_id = account.id if account is not None else None
    whose = (network.id, account_id)
    row = services.keyring.get(whose)
    if row is None:
        row = await services.flights.share(("key", whose), lambda: _found_or_made(services, network, account_id))
        services.keyring.put(whose, row)
    return Key(
        id=row.id,
        key_id=f"{actor_address(services, network, account)}#{row.name}",
        account_id=account_id,
        private_pem=row.private_pem,
        public_pem=row.public_pem,
    )


def actor_address(services: Any, network: Network, account: Account | None) -> str:
    """The ActivityPub id of a local account, or (None) of the network's instance actor."""
    return f"{_origin(services, network)}/actor" if account is None else _person(services, network, account.handle)


def last_key(services: Any, network: Network, gone: Gone) -> Key | None:
    """The key of an account that is gone, under the address that others know; None if it had none."""
    if gone.key_name is None or gone.private_pem is None or gone.public_pem is None:
        return None
    return Key(
        id=gone.account_id,
        key_id=f"{_person(services, network, gone.handle)}#{gone.key_name}",
        account_id=gone.account_id,
        private_pem=gone.private_pem,
        public_pem=gone.public_pem,
    )


def get_signer(key: Key, scheme: Scheme) -> Sign:
    """For `services.fetch.get/post(sign=…)`: adds Date, Digest or Content-Digest (with a body) and the signature.

    Called anew for each attempt, since the date is signed. One call signs for one host.
    """

    def sign(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        return signatures.sign(scheme, key.private_pem, key.key_id, method, url, body)

    return sign


async def rotate(services: Any, network: Network, account: Account | None) -> Key:
    """Give an actor a new key, under a new address; the old one signs no more from now on.

    Others fetch the new one when they meet its address; those that look by actor are told by AccountUpdated.
    Opens transactions of its own.
    """
    account_id = account.id if account is not None else None
    old = await key_of(services, network, account)
    private_pem, public_pem = await services.keyring.make()
    async with services.db.tx(network.scope) as tx:
        if await store.retire(tx, old.id):  # else another rotation was first, and its key is as new
            id_ = new_id()
            await store.insert(tx, id_, account_id, f"key-{id_}", private_pem, public_pem)
            if account_id is not None:
                await outbox.append(tx, AccountUpdated(account_id=account_id))
    services.keyring.drop((network.id, account_id))
    return await key_of(services, network, account)


def _origin(services: Any, network: Network) -> str:
    return f"{services.settings.scheme}://{network.host}"


def _person(services: Any, network: Network, handle: str) -> str:
    return f"{_origin(services, network)}/users/{handle}"


async def _found_or_made(services: Any, network: Network, account_id: int | None) -> store.KeyRow:
    async with services.db.tx(network.scope) as tx:
        row = await store.current(tx, account_id)
    if row is not None:
        return row
    private_pem, public_pem = await services.keyring.make()
    async with services.db.tx(network.scope) as tx:
        # Another process may have been faster; then its key is the one.
        await store.insert(tx, new_id(), account_id, FIRST_KEY, private_pem, public_pem)
        row = await store.current(tx, account_id)
    assert row is not None, "a key was just kept"
    return row
