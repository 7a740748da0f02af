"""A town for the tests of live streams: the real app on a fresh database, two organisations, a cast with tokens.

`acme.test` (public) and `inside.acme.test` (inside) belong to Acme, `other.test` (public) to Other.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2

from tests.fixtures.cluster import TestDatabase
from torg.access import tokens
from torg.access.tokens import digest
from torg.accounts import store as accounts
from torg.kernel.actor import NetworkKind, Permission
from torg.kernel.config import Settings
from torg.kernel.ids import new_id
from torg.orgs import actions as orgs
from torg.orgs.model import Network
from torg.serve.app import make_app
from torg.serve.services import Services, open_services

PUBLIC, INSIDE, OTHER = "acme.test", "inside.acme.test", "other.test"
SCOPES = ["read", "write", "follow", "push", "profile", "admin:read", "admin:write"]
CAST = {PUBLIC: ("anna", "bjorn", "shop", "reporter"), INSIDE: ("anna", "bjorn"), OTHER: ("olga",)}


class Person:
    """One member of the cast at the API: `await anna.post("/api/v1/statuses", json={…})`."""

    def __init__(self, town: Town, host: str, handle: str, id_: int, token: str | None) -> None:
        self.town, self.host, self.handle, self.id, self.token = town, host, handle, id_, token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=town.app), base_url=f"http://{host}", headers=headers
        )

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self.http.get(path, **options)

    async def post(self, path: str, **options: Any) -> httpx2.Response:
        return await self.http.post(path, **options)

    async def put(self, path: str, **options: Any) -> httpx2.Response:
        return await self.http.put(path, **options)

    async def patch(self, path: str, **options: Any) -> httpx2.Response:
        return await self.http.patch(path, **options)

    async def delete(self, path: str, **options: Any) -> httpx2.Response:
        return await self.http.request("DELETE", path, **options)

    async def says(self, text: str, **more: Any) -> dict[str, Any]:
        """Post, and give back the status."""
        response = await self.post("/api/v1/statuses", json={"status": text, **more})
        assert response.status_code == 200, response.text
        status: dict[str, Any] = response.json()
        return status

    async def follows(self, other: Person) -> None:
        response = await self.post(f"/api/v1/accounts/{other.id}/follow")
        assert response.status_code == 200, response.text


class Town:
    """The running app and its cast: `town.anna`, `town.person(host, handle)`, `town.nobody(host)`."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.app = make_app(services)
        self.networks: dict[str, Network] = {}
        self.people: dict[tuple[str, str], Person] = {}

    def person(self, host: str, handle: str) -> Person:
        return self.people[(host, handle)]

    def nobody(self, host: str = PUBLIC) -> Person:
        """An anonymous caller."""
        return Person(self, host, "", 0, None)

    @property
    def anna(self) -> Person:
        return self.person(PUBLIC, "anna")

    @property
    def bjorn(self) -> Person:
        return self.person(PUBLIC, "bjorn")

    @property
    def shop(self) -> Person:
        return self.person(PUBLIC, "shop")

    @property
    def reporter(self) -> Person:
        return self.person(PUBLIC, "reporter")

    async def found(self) -> None:
        """Make the organisations, their networks and the cast. Anna is an administrator."""
        async with self.services.db.system() as tx:
            for org, places in (("Acme", ((PUBLIC, "public"), (INSIDE, "inside"))), ("Other", ((OTHER, "public"),))):
                await orgs.add_organisation(tx, org)
                for host, kind in places:
                    self.networks[host] = await orgs.add_network(tx, org, NetworkKind(kind), host)
        for host, handles in CAST.items():
            for handle in handles:
                await self.add(host, handle, admin=handle == "anna")

    async def add(self, host: str, handle: str, *, admin: bool = False, scopes: list[str] = SCOPES) -> Person:
        """One more local account with a token."""
        network = self.networks[host]
        async with self.services.db.tx(network.scope) as tx:
            id_, role_id = new_id(), None
            if admin:
                role_id = new_id()
                await tx.run(
                    "INSERT INTO roles (org_id, network_id, id, name, permissions, highlighted) "
                    "VALUES (%s, %s, %s, 'Admin', %s, true)",
                    (network.org_id, network.id, role_id, int(Permission.ADMINISTRATOR)),
                )
            person_id = new_id()
            await tx.run(
                "INSERT INTO persons (org_id, id, email, email_confirmed_at) VALUES (%s, %s, %s, now())",
                (network.org_id, person_id, f"{handle}@{host}"),
            )
            await accounts.insert(
                tx,
                id_,
                handle,
                {"display_name": handle.capitalize(), "person_id": person_id, "role_id": role_id},
            )
            token = await self._token(tx, network, id_, scopes)
        person = self.people[(host, handle)] = Person(self, host, handle, id_, token)
        return person

    async def _token(self, tx: Any, network: Network, account_id: int, scopes: list[str]) -> str:
        app_id = new_id()
        await tx.run(
            "INSERT INTO apps (org_id, network_id, id, client_id, secret_hash, name, redirect_uris, scopes) "
            "VALUES (%s, %s, %s, %s, %s, 'Test app', '{}', %s)",
            (network.org_id, network.id, app_id, f"client-{app_id}", digest("x"), scopes),
        )
        return await tokens.issue(tx, app_id=app_id, account_id=account_id, scopes=scopes)


@contextlib.asynccontextmanager
async def open_town(database: TestDatabase, folder: Path, **settings: Any) -> AsyncIterator[Town]:
    """The town on a database; `settings` change the installation's."""
    chosen = Settings(data=folder, **{"rate_limits": False, **settings})
    async with open_services(chosen, database.conninfo("torg_app"), database.conninfo("torg_system")) as services:
        town = Town(services)
        await town.found()
        yield town
