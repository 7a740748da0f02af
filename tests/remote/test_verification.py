"""Requests of another server: who signed them, whatever it tries."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from tests.fixtures import wire
from tests.fixtures.fediverse import Citizen, Elsewhere, Home, open_elsewhere
from torg.engine.signatures import BadSignature
from torg.kernel.errors import Forbidden, Unauthorized
from torg.peers import policy
from torg.remote import verification
from torg.remote.errors import KeyUnreachable, SignerGone
from torg.remote.verification import Signed, verify
from torg.signing.actions import key_of

BODY = b'{"type":"Like"}'
SCHEMES = ["cavage", "rfc9421"]


async def check(home: Home, carol: Citizen, *, scheme: str = "cavage", body: bytes = BODY, **twist: Any) -> Signed:
    """Sign a POST to the shared inbox as an actor of the other server, and verify it."""
    key = twist.pop("key", carol.key)
    key_id = twist.pop("key_id", carol.key_id)
    headers = wire.SIGN[scheme](key, key_id, "POST", home.shared_inbox, body, **twist)  # type: ignore[operator]
    return await verify(home.services, home.network, "POST", "/inbox", httpx2.Headers(headers), body)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_signer_is_known_after_its_first_request(home: Home, elsewhere: Elsewhere, scheme: str) -> None:
    carol = elsewhere.add("carol")
    signed = await check(home, carol, scheme=scheme)
    assert (signed.key_id, signed.scheme, signed.actor.uri) == (carol.key_id, scheme, carol.id)
    assert signed.actor.acct == carol.acct
    again = await check(home, carol, scheme=scheme)
    assert again.actor.id == signed.actor.id
    assert elsewhere.gets_of("/users/carol") == 1


async def test_many_first_requests_at_once_fetch_the_actor_once(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    elsewhere.held.clear()
    waiting = [asyncio.create_task(check(home, carol)) for _ in range(12)]
    while not home.services.flights._under_way:
        await asyncio.sleep(0.01)
    elsewhere.held.set()
    signed = await asyncio.gather(*waiting)
    assert len({one.actor.id for one in signed}) == 1
    assert elsewhere.gets_of("/users/carol") == 1


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_another_key_is_refused(home: Home, elsewhere: Elsewhere, scheme: str) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await check(home, carol)
    with pytest.raises(BadSignature):
        await check(home, carol, scheme=scheme, key=dave.key)


async def test_a_rotated_key_is_fetched_anew(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    first = await check(home, carol)
    old = carol.key
    carol.rotate()
    assert (await check(home, carol)).actor.id == first.actor.id
    with pytest.raises(BadSignature):
        await check(home, carol, key=old)


async def test_forgers_do_not_make_us_fetch_without_end(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await check(home, carol)
    for _ in range(12):
        with pytest.raises(BadSignature):
            await check(home, carol, key=dave.key)
    assert elsewhere.gets_of("/users/carol") <= 4


async def test_a_key_of_another_origin_than_its_actor_is_refused(home: Home, elsewhere: Elsewhere) -> None:
    """The forger's server serves a key that says that it is the victim's."""
    victim = elsewhere.add("victim")
    async with open_elsewhere() as evil:
        mallory = evil.add("mallory")
        mallory.document["publicKey"]["owner"] = victim.id
        with pytest.raises(BadSignature):
            await check(home, mallory)
        key = wire.public_pem(mallory.key)
        alone = {"id": f"{evil.origin}/key", "type": "Key", "owner": victim.id, "publicKeyPem": key}
        lonely = evil.serve("/key", alone)
        with pytest.raises(BadSignature):
            await check(home, mallory, key_id=lonely)
        evil.lie["/users/victim"] = (json.dumps(victim.document | {"publicKey": {
            "id": f"{evil.origin}/users/victim#main-key", "owner": victim.id, "publicKeyPem": key,
        }}).encode(), "application/activity+json")  # fmt: skip
        with pytest.raises(BadSignature):
            await check(home, mallory, key_id=f"{evil.origin}/users/victim#main-key")
    async with home.services.db.tx(home.network.scope) as tx:
        kept = await tx.column("SELECT public_pem FROM remote_actors")
    assert key not in kept


async def test_a_key_that_the_actor_does_not_name_is_refused(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    with pytest.raises(BadSignature):
        await check(home, carol, key_id=f"{carol.id}#other-key")


async def test_a_key_in_a_document_of_its_own_leads_to_its_owner(home: Home, elsewhere: Elsewhere) -> None:
    """As GoToSocial serves them: `/users/carol/main-key`, with a short form of the actor there."""
    carol = elsewhere.add("carol")
    carol.key_id = f"{carol.id}/main-key"
    carol.document["publicKey"]["id"] = carol.key_id
    elsewhere.serve("/users/carol/main-key", {k: carol.document[k] for k in ("@context", "id", "type", "publicKey")})
    assert (await check(home, carol)).actor.uri == carol.id
    erin = elsewhere.add("erin")
    erin.key_id = f"{erin.id}/key"
    erin.document["publicKey"]["id"] = erin.key_id
    elsewhere.serve("/users/erin/key", {**erin.document["publicKey"], "type": "CryptographicKey"})
    assert (await check(home, erin)).actor.uri == erin.id


@pytest.mark.parametrize("status", [404, 410])
async def test_a_signer_that_is_gone_is_told_apart(home: Home, elsewhere: Elsewhere, status: int) -> None:
    carol = elsewhere.add("carol")
    elsewhere.gone("/users/carol", status)
    with pytest.raises(SignerGone) as gone:
        await check(home, carol)
    assert gone.value.status == 401


async def _dead(elsewhere: Elsewhere) -> None:
    await elsewhere.die()


async def _broken(elsewhere: Elsewhere) -> None:
    elsewhere.status["/users/carol"] = 502


async def _busy(elsewhere: Elsewhere) -> None:
    elsewhere.status["/users/carol"] = 429


@pytest.mark.parametrize("trouble", [_dead, _broken, _busy])
async def test_a_passing_failure_is_never_a_401(
    home: Home, elsewhere: Elsewhere, trouble: Callable[[Elsewhere], Awaitable[None]]
) -> None:
    carol = elsewhere.add("carol")
    await trouble(elsewhere)
    with pytest.raises(KeyUnreachable) as later:
        await check(home, carol)
    assert later.value.status == 503
    assert later.value.retry_after >= 1
    elsewhere.status.clear()


async def test_a_slow_key_is_a_passing_failure_and_known_later(
    home: Home, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "PATIENCE", 0.2)
    carol = elsewhere.add("carol")
    elsewhere.held.clear()
    with pytest.raises(KeyUnreachable):
        await check(home, carol)
    elsewhere.held.set()
    while home.services.flights._under_way:
        await asyncio.sleep(0.01)
    assert (await check(home, carol)).actor.uri == carol.id
    assert elsewhere.gets_of("/users/carol") == 1


async def test_a_blocked_server_is_refused_without_being_asked(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    async with home.services.db.tx(home.network.scope) as tx:
        await tx.run(
            "INSERT INTO blocked_domains (org_id, network_id, id, domain, severity) VALUES (%s, %s, 1, %s, 'suspend')",
            (home.network.org_id, home.network.id, "127.0.0.1"),
        )
    policy.forget(home.network.id)
    with pytest.raises(Forbidden):
        await check(home, carol)
    assert elsewhere.asked == []


async def test_a_network_that_does_not_federate_believes_nobody(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await home.change(federation="off")
    with pytest.raises(Forbidden):
        await check(home, carol)
    assert elsewhere.asked == []


@pytest.mark.parametrize("key_id", ["acct:carol@x.example", "{home}/users/anna#main-key", "javascript:alert(1)", "http://"])
async def test_odd_key_ids_are_refused(home: Home, elsewhere: Elsewhere, key_id: str) -> None:
    carol = elsewhere.add("carol")
    with pytest.raises(Unauthorized):
        await check(home, carol, key_id=key_id.format(home=home.origin))
    assert elsewhere.asked == []


async def test_weak_and_huge_keys_are_refused(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    carol.key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    carol.document["publicKey"]["publicKeyPem"] = wire.public_pem(carol.key)
    with pytest.raises(BadSignature, match="1024"):
        await check(home, carol)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_an_ed25519_key_is_taken(home: Home, elsewhere: Elsewhere, scheme: str) -> None:
    carol = elsewhere.add("carol")
    carol.key = ed25519.Ed25519PrivateKey.generate()  # type: ignore[assignment]
    carol.document["publicKey"]["publicKeyPem"] = wire.public_pem(carol.key)
    twist = {"algorithm": "hs2019"} if scheme == "cavage" else {}
    assert (await check(home, carol, scheme=scheme, **twist)).actor.uri == carol.id


async def test_a_forwarded_host_is_the_networks_own(home: Home, elsewhere: Elsewhere) -> None:
    """A proxy in front may have rewritten Host; what was signed is our name all the same."""
    carol = elsewhere.add("carol")
    headers = wire.cavage(carol.key, carol.key_id, "POST", home.shared_inbox, BODY) | {"host": "torg.internal:8000"}
    signed = await verify(home.services, home.network, "POST", "/inbox", headers, BODY)
    assert signed.actor.uri == carol.id
    other = wire.cavage(carol.key, carol.key_id, "POST", "http://other.example/inbox", BODY)
    with pytest.raises(BadSignature):
        await verify(home.services, home.network, "POST", "/inbox", other, BODY)


async def test_the_other_server_may_want_the_other_signature(home: Home, elsewhere: Elsewhere) -> None:
    """It answers 401 to cavage; what it took is remembered, and asked for at once the next time."""
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    elsewhere.wants = "rfc9421"
    await _believe_our_instance(home, elsewhere)
    await check(home, carol)
    assert elsewhere.gets_of("/users/carol") == 2
    await check(home, dave)
    assert elsewhere.gets_of("/users/dave") == 1


async def _believe_our_instance(home: Home, elsewhere: Elsewhere) -> None:
    """Give the other server our instance actor's key, which it would fetch otherwise."""
    key = await key_of(home.services, home.network, None)
    elsewhere._pems[key.key_id] = key.public_pem
