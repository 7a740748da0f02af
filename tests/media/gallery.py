"""The media routes on a real database and store: two organisations, a public and an inside network, people."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from torg.access.bearer import TokenAuthenticator
from torg.access.tokens import digest, issue
from torg.engine.blobs import DiskBlobs
from torg.engine.limits import LocalLimiter
from torg.engine.postgres import Database
from torg.engine.worker import Worker
from torg.http import build_app
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.config import Settings
from torg.kernel.ids import new_id
from torg.mastodon_api import media as api
from torg.media import upkeep
from torg.media.pool import WorkerPool
from torg.media.workshop import Workshop
from torg.orgs import actions as orgs
from torg.orgs.model import Network
from torg.orgs.reads import NetworksByHost
from torg.web import files

PUBLIC, INSIDE, OTHER = "acme.test", "inside.acme.test", "other.test"


@dataclass
class Services:
    db: Database
    settings: Settings
    blobs: DiskBlobs
    media: Workshop
    limits: LocalLimiter = field(default_factory=LocalLimiter)
    file_readers: tuple[files.FileReader, ...] = ()


@dataclass
class Person:
    """Someone with a token: `actor` for actions, `http` for the API."""

    actor: Actor
    http: httpx2.AsyncClient
    token: str


class Gallery:
    def __init__(self, db: Database, folder: Path) -> None:
        blobs = DiskBlobs(folder / "files")
        self.db, self.blobs = db, blobs
        self.media = Workshop(db, blobs, WorkerPool(size=1), folder / "making")
        self.services = Services(
            db,
            Settings(data=folder, rate_limits=False),
            blobs,
            self.media,
            file_readers=(files.token_reader(TokenAuthenticator()),),
        )
        self.app = build_app(
            [api.routes, files.routes],
            self.services,
            authenticator=TokenAuthenticator(),
            networks=NetworksByHost(db),
            upload_folder=folder,
        )
        self.networks: dict[str, Network] = {}
        self.people: dict[str, Person] = {}

    async def found(self) -> None:
        async with self.db.system() as tx:
            for org in ("Acme", "Other"):
                await orgs.add_organisation(tx, org)
            for org, host, kind in (("Acme", PUBLIC, "public"), ("Acme", INSIDE, "inside"), ("Other", OTHER, "public")):
                self.networks[host] = await orgs.add_network(tx, org, NetworkKind(kind), host)
        for host, name in ((PUBLIC, "anna"), (PUBLIC, "bjorn"), (INSIDE, "inger"), (OTHER, "olga")):
            self.people[name] = await self._person(host, name)

    async def _person(self, host: str, handle: str) -> Person:
        network, id_ = self.networks[host], new_id()
        async with self.db.tx(network.scope) as tx:
            await tx.run(
                "INSERT INTO accounts (org_id, network_id, id, handle) VALUES (%s, %s, %s, %s)",
                (network.org_id, network.id, id_, handle),
            )
            app = new_id()
            await tx.run(
                "INSERT INTO apps (org_id, network_id, id, client_id, secret_hash, name, redirect_uris, scopes)"
                " VALUES (%s, %s, %s, %s, %s, 'test', '{}', '{read,write}')",
                (network.org_id, network.id, app, f"client-{app}", digest("x")),
            )
            token = await issue(tx, app_id=app, account_id=id_, scopes=["read", "write"])
        actor = Actor(org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=id_)
        return Person(actor, self.client(host, token), token)

    def client(self, host: str, token: str | None = None) -> httpx2.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app), base_url=f"http://{host}", headers=headers
        )

    async def post_of(self, person: Person) -> int:
        """The row of a post, as `posts` writes it."""
        actor, id_ = person.actor, new_id()
        async with self.db.tx(actor.scope) as tx:
            await tx.run(
                "INSERT INTO posts (org_id, network_id, id, account_id, audience, thread_id, created_at)"
                " VALUES (%s, %s, %s, %s, 'everyone', %s, now())",
                (actor.org_id, actor.network_id, id_, actor.account_id, id_),
            )
        return id_

    async def work(self) -> int:
        """Do the jobs that are due."""
        return await Worker(self.db, upkeep.HANDLERS, self.services).drain()

    def stored(self) -> list[str]:
        """The names of all files in the store."""
        return sorted(p.name for p in self.blobs.root.rglob("*") if p.is_file())

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        async with self.db.system() as tx:
            return await tx.all(sql)

    async def close(self) -> None:
        await self.media.close()
        for person in self.people.values():
            await person.http.aclose()
