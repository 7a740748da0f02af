"""Refresh tokens for who asks for offline_access: rotation, reuse, narrowing, revocation, the wall."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.contract.entity_check import check
from tests.fixtures.town import INSIDE, Town
from tests.oauth.flow import back, consent, exchange, query_of, register
from torg.access import refreshing
from torg.engine.limits import LocalLimiter
from torg.http import limits
from torg.http.routes import Auth, Route
from torg.mastodon_api import entities

ME = "/api/v1/accounts/verify_credentials"
SCOPES = "read write offline_access"


async def lasting(client: httpx2.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the app, the answer of /oauth/token) for somebody who consented to lasting access."""
    app = await register(client, scopes=SCOPES)
    code = back(await consent(client, query_of(app, scope=SCOPES)))["code"]
    return app, (await exchange(client, app, code=code)).json()


async def refresh(client: httpx2.AsyncClient, app: dict[str, Any], secret: str, **more: str) -> httpx2.Response:
    known = {"client_id": app["client_id"], "client_secret": app["client_secret"], **more}
    return await client.post("/oauth/token", data={"grant_type": "refresh_token", "refresh_token": secret, **known})


async def works(client: httpx2.AsyncClient, token: str) -> bool:
    return (await client.get(ME, headers={"authorization": f"Bearer {token}"})).status_code == 200


async def test_without_the_scope_the_token_is_mastodons_and_nothing_more(town: Town) -> None:
    async with town.client() as client:
        app = await register(client, scopes=SCOPES)
        code = back(await consent(client, query_of(app, scope="read")))["code"]
        given = (await exchange(client, app, code=code)).json()
        check(given, entities.Token)
        assert set(given) == {"access_token", "token_type", "scope", "created_at"}
        metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
        assert "refresh_token" in metadata["grant_types_supported"]
        assert "offline_access" in metadata["scopes_supported"]


async def test_each_refresh_token_works_once_and_gives_the_next(town: Town) -> None:
    async with town.client() as client:
        app, first = await lasting(client)
        assert first["expires_in"] == refreshing.ACCESS_SECONDS
        second = (await refresh(client, app, first["refresh_token"])).json()
        assert second["scope"] == SCOPES
        assert second["refresh_token"] != first["refresh_token"]
        third = (await refresh(client, app, second["refresh_token"], scope="read")).json()
        assert third["scope"] == "read"
        assert await works(client, third["access_token"])
        wide = (await refresh(client, app, third["refresh_token"], scope="admin:write")).json()
        assert wide["error"] == "invalid_scope"
        assert (await refresh(client, app, third["refresh_token"])).json()["scope"] == SCOPES


async def test_a_second_use_ends_the_whole_family(town: Town) -> None:
    async with town.client() as client:
        app, first = await lasting(client)
        second = (await refresh(client, app, first["refresh_token"])).json()
        stolen = await refresh(client, app, first["refresh_token"])
        assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
        assert not await works(client, second["access_token"])
        assert not await works(client, first["access_token"])
        assert (await refresh(client, app, second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_only_its_own_app_in_its_own_network_may_use_it(town: Town) -> None:
    async with town.client() as client, town.client(INSIDE) as inside:
        app, given = await lasting(client)
        for place in (client, inside):
            other = await register(place, scopes=SCOPES)
            real = await refresh(place, other, given["refresh_token"])
            never = await refresh(place, other, "never-was")
            assert (real.status_code, real.json()) == (never.status_code, never.json())
        assert (await refresh(client, app, given["refresh_token"])).status_code == 200


async def test_revoking_either_ends_both(town: Town) -> None:
    async with town.client() as client:
        for which in ("access_token", "refresh_token"):
            app, given = await lasting(client)
            known = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
            assert (await client.post("/oauth/revoke", data={**known, "token": given[which]})).json() == {}
            assert not await works(client, given["access_token"])
            assert (await refresh(client, app, given["refresh_token"])).json()["error"] == "invalid_grant"


async def test_the_access_token_ends_and_the_refresh_token_brings_the_next(town: Town) -> None:
    async with town.client() as client:
        app, given = await lasting(client)
        async with town.db.system() as tx:
            await tx.run("UPDATE tokens SET expires_at = now() - interval '1 second' WHERE expires_at IS NOT NULL")
        assert not await works(client, given["access_token"])
        assert "Test app" in (await client.get("/oauth/authorized_applications")).text
        assert await works(client, (await refresh(client, app, given["refresh_token"])).json()["access_token"])


async def test_a_barred_account_gets_no_more(town: Town) -> None:
    async with town.client() as client:
        app, given = await lasting(client)
        async with town.db.system() as tx:
            await tx.run("UPDATE accounts SET disabled_at = now() WHERE handle = 'anna'")
        assert (await refresh(client, app, given["refresh_token"])).json()["error"] == "invalid_grant"


async def test_the_token_endpoint_has_a_rule_of_its_own(town: Town) -> None:
    route = Route("POST", "/oauth/token", works, Auth.NONE, limit="token")
    counter = LocalLimiter(lambda: 1000.0)
    most = limits.RULES["token"][0].most
    assert most > limits.GENERAL.most
    for _ in range(most):
        assert (await limits.count(counter, route, None, "203.0.113.9")).allowed
    with pytest.raises(limits.Limited):
        await limits.count(counter, route, None, "203.0.113.9")
    assert (await limits.count(counter, route, None, "203.0.113.10")).allowed
