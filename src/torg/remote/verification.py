"""Who signed a request that came: signature, digest and date checked, the key fetched where it must be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urldefrag

import msgspec

from torg.accounts import store as accounts
from torg.accounts.model import Account
from torg.engine import signatures
from torg.engine.limits import LocalLimiter, Quota
from torg.engine.postgres import Tx
from torg.engine.signatures import BadSignature, Message, Signature
from torg.kernel.errors import Forbidden
from torg.orgs.model import Network
from torg.peers import policy
from torg.peers import store as peers
from torg.peers.rules import federates
from torg.remote import actors, as2, documents, store
from torg.remote.errors import Failed, Gone, KeyUnreachable, Refused, RemoteError, SignerGone
from torg.remote.model import ACTOR_TYPES, RemoteActor
from torg.signing.model import Scheme

ANEW = Quota(most=3, seconds=300)
"""How often the key of one actor is fetched anew because a signature did not fit the one that we have."""
WAIT = 60.0
PATIENCE = 20.0
"""Seconds that a request waits for its signer's key, for all that has to be asked."""
_anew = LocalLimiter()


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is what its signer sent. `actor`: the remote account that owns the key, whatever its state."""

    key_id: str
    actor: Account
    scheme: Scheme


async def verify(
    services: Any, network: Network, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> Signed:
    """The signer of a request. `target`: the request target as it came, `/inbox?x=1` (undecoded path).

    `headers`: Starlette's, whose `.items()` give every line. Call it outside transactions. Raises Unauthorized (401,
    final), its SignerGone for an actor that does not exist, Forbidden for a host that the network refuses (without
    asking it anything), KeyUnreachable (503 with Retry-After) when the key could not be had for a passing reason.
    """
    message = _message(services, network, method, target, headers, body)
    signature = signatures.read(message)
    key_id = signature.key_id
    host = as2.host_of(key_id)
    if not host or host == network.host:
        raise BadSignature("the key's id is not an address of another server")
    async with services.db.tx(network.scope) as tx:
        if not federates(network) or await policy.refused(tx, network, [host]):
            raise Forbidden("This network does not speak with your server", log=f"refused by policy: {key_id}")
        held = await store.by_key(tx, key_id)
        if held is not None and _fits(message, signature, held):
            return await _signed(tx, network, held, signature)
    held = await _fetched(services, network, key_id, held)
    signatures.check(message, signature, held.public_pem or "")
    async with services.db.tx(network.scope) as tx:
        return await _signed(tx, network, held, signature)


def _message(
    services: Any, network: Network, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> Message:
    """The request as its sender meant it: under the network's own host, whatever a proxy in front made of that."""
    lines = signatures.header_lines(headers)
    default = ":443" if services.settings.scheme == "https" else ":80"
    written = (lines.get("host") or [""])[0].strip()
    plain = written.lower().removesuffix(default).removesuffix(".")
    return Message(
        method=method.upper(),
        scheme=services.settings.scheme,
        host=written if plain == network.host else network.host,
        target=target,
        headers=lines,
        body=body,
    )


def _fits(message: Message, signature: Signature, actor: RemoteActor) -> bool:
    """Whether the key that we have verifies it; else it may have been changed."""
    if actor.public_pem is None:
        return False
    try:
        signatures.check(message, signature, actor.public_pem)
    except BadSignature:
        return False
    return True


async def _fetched(services: Any, network: Network, key_id: str, held: RemoteActor | None) -> RemoteActor:
    """The actor of a key as its server has it now. `held`: as we have it, with a key that does not fit (any more)."""
    if held is not None:
        verdict = await _anew.hit(f"{network.id}:{held.account_id}", ANEW)
        if not verdict.allowed:
            raise BadSignature("it does not fit the key, which was fetched anew several times just now")
    try:
        async with asyncio.timeout(PATIENCE):
            found: RemoteActor = await services.flights.share(
                ("signer", network.id, key_id), lambda: _fetch(services, network, key_id)
            )
    except TimeoutError as slow:  # it is fetched to the end, and known the next time
        raise KeyUnreachable(log=f"{key_id}: not within {PATIENCE:g} s", retry_after=WAIT) from slow
    except Gone as gone:
        raise SignerGone(log=f"{key_id}: {gone}") from gone
    except Failed as failed:
        raise KeyUnreachable(log=f"{key_id}: {failed}", retry_after=failed.retry_after or WAIT) from failed
    except Refused as refused:
        raise BadSignature("your server does not let us have the key") from refused
    except RemoteError as wrong:
        raise BadSignature("what is at the key's id is not an actor with that key") from wrong
    return found


async def _fetch(services: Any, network: Network, key_id: str) -> RemoteActor:
    """The owner of a key: the document there is the actor, or a key that names one of the same origin."""
    document = await documents.fetch(services, network, key_id)
    if as2.type_of(document, ACTOR_TYPES) is None:  # the key by itself
        owner = as2.id_of(document.get("owner")) or ""
        if not as2.same_origin(owner, key_id):
            raise BadSignature("the key's owner is of another origin")
        document = await documents.fetch(services, network, owner)
    if not as2.same_origin(document["id"], key_id):
        raise BadSignature("the key's owner is of another origin")
    account = await actors.resolve_document(services, network, document)
    async with services.db.tx(network.scope) as tx:
        actor = await store.actor(tx, account.id)
    if actor is None or actor.key_id != key_id or actor.public_pem is None:
        raise BadSignature("the actor does not have this key")
    return actor


async def _signed(tx: Tx, network: Network, held: RemoteActor, signature: Signature) -> Signed:
    """The account, once both its hosts are spoken with; it has acted, and its server is alive."""
    account = (await accounts.by_ids(tx, [held.account_id]))[held.account_id]
    if account.host != held.host and await policy.refused(tx, network, [account.host]):
        raise Forbidden("This network does not speak with your server", log=f"refused by policy: {account.acct}")
    if account.uri is None or not as2.same_origin(account.uri, urldefrag(signature.key_id)[0]):
        raise BadSignature("the key and its actor are of different origins")
    await peers.seen(tx, held.host)
    await actors.look(tx, account, held)
    return Signed(key_id=signature.key_id, actor=account, scheme=signature.scheme)
