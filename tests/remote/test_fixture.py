"""The other server of the tests holds what its docstring says."""

from __future__ import annotations

import httpx2
import pytest

from tests.fixtures import wire
from tests.fixtures.fediverse import Elsewhere, Home, new_key


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
async def test_an_activity_arrives_and_a_forged_one_does_not(elsewhere: Elsewhere, scheme: str) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    answer = await carol.sends(dave.inbox, carol.activity("Follow", dave.id), scheme=scheme)
    assert answer.status_code == 202
    (follow,) = await elsewhere.arrived(1, "Follow")
    assert (follow.key_id, follow.scheme, follow.to) == (carol.key_id, scheme, "/users/dave/inbox")
    forged = await carol.sends(dave.inbox, carol.activity("Follow", dave.id), scheme=scheme, key=dave.key)
    assert forged.status_code == 401
    assert len(elsewhere.refused) == 1


async def test_an_altered_body_does_not_hold() -> None:
    key = new_key()
    headers = wire.cavage(key, "http://x/#k", "POST", "http://x/inbox", b"{}")
    pem = wire.public_pem(key)
    assert wire.verified("POST", "http://x/inbox", headers, b"{}", pem) == "cavage"
    assert wire.verified("POST", "http://x/inbox", headers, b"{ }", pem) is None


async def test_the_switches(elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    note = carol.note("hello")
    elsewhere.signed_only = True
    async with httpx2.AsyncClient() as client:
        assert (await client.get(note["id"])).status_code == 401
        assert (await carol.gets(note["id"])).json() == note
        elsewhere.gone("/users/carol/notes/1")
        assert (await carol.gets(note["id"])).status_code == 410
        await elsewhere.die()
        with pytest.raises(httpx2.ConnectError):
            await client.get(carol.id)
        await elsewhere.live()
        assert (await carol.gets(carol.id)).json()["id"] == carol.id


async def test_torg_is_there(home: Home) -> None:
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"{home.origin}/api/v2/instance")).json()["domain"] == home.host
    assert (await home.inside_anna.get("/api/v1/accounts/verify_credentials")).status_code == 200
