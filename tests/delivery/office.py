"""A public and an inside network on a fresh database, with what is on its way from them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from tests.fixtures.cluster import TestDatabase
from torg.accounts import store as accounts
from torg.delivery import actions
from torg.delivery.courier import Courier
from torg.engine.fetch import Fetcher, Sign
from torg.engine.postgres import Database
from torg.kernel.actor import NetworkKind, Scope
from torg.kernel.config import Settings
from torg.kernel.ids import new_id
from torg.orgs import actions as orgs
from torg.orgs import store as org_store
from torg.orgs.model import Network
from torg.signing.model import Scheme


class Office(msgspec.Struct):
    """One organisation's networks; `anna` writes in the public one. It is also what a sender has for services."""

    db: Database
    fetch: Fetcher
    settings: Settings
    public: Network
    inside: Network
    anna: int

    def courier(self) -> Courier:
        """A sender of its own, as a further process would have it."""
        return Courier(self, sign_as=sign_as)

    async def bring(self) -> None:
        """Bring what is due until nothing is."""
        await self.courier().drain()

    async def lane(self, host: str) -> dict[str, Any]:
        """A host as the senders see it; `rest`: minutes until it is tried again."""
        (row,) = await self.run(
            """SELECT failures, worker, error, answered_at IS NOT NULL AS answered, due_at IS NOT NULL AS due,
               extract(epoch FROM due_at - now())::float / 60 AS rest FROM delivery_lanes WHERE host = %s""",
            host,
        )
        return row

    @property
    def scope(self) -> Scope:
        return self.public.scope

    async def send(self, *inboxes: str, scope: Scope | None = None, account: int | None = None, **more: Any) -> None:
        async with self.db.tx(scope or self.scope) as tx:
            await actions.send(
                tx, account_id=account or self.anna, activity={"type": "Create", **more}, inboxes=inboxes
            )

    async def rows(self, columns: str = "inbox, host, attempts, error, dead_at IS NOT NULL AS dead") -> list[Any]:
        async with self.db.system() as tx:
            return await tx.all(
                f"SELECT {columns} FROM deliveries WHERE org_id = %s ORDER BY id", (self.public.org_id,)
            )

    async def run(self, sql: str, *values: Any) -> list[Any]:
        async with self.db.system() as tx:
            return await tx.all(sql, values) if sql.startswith("SELECT") else [await tx.run(sql, values)]

    async def due(self) -> None:
        """All that waits for another attempt waits no longer."""
        await self.run("UPDATE deliveries SET run_at = now() WHERE dead_at IS NULL")
        await self.run("UPDATE delivery_lanes SET due_at = now() WHERE due_at IS NOT NULL")

    async def revive(self, host: str) -> None:
        async with self.db.tx(self.scope) as tx:
            await actions.revive(tx, f"http://{host}/users/carol")

    async def settle(self, **settings: Any) -> None:
        async with self.db.system() as tx:
            network = self.public
            await org_store.update_settings(tx, network, msgspec.structs.replace(network.settings, **settings))

    async def remote(self, handle: str, host: str, inbox: str, shared: str | None, follows: int | None = None) -> int:
        """Somebody on another server, perhaps a follower."""
        id_ = new_id()
        async with self.db.tx(self.scope) as tx:
            await accounts.insert(tx, id_, handle, {"kind": "remote", "host": host, "uri": f"https://{host}/{handle}"})
            await tx.run(
                """INSERT INTO remote_actors (org_id, network_id, account_id, host, inbox, shared_inbox)
                   VALUES (%s, %s, %s, %s, %s, %s)""",
                (self.public.org_id, self.public.id, id_, host, inbox, shared),
            )
            if follows is not None:
                await tx.run(
                    "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
                    (self.public.org_id, self.public.id, new_id(), id_, follows),
                )
        return id_


@asynccontextmanager
async def opened(database: TestDatabase) -> AsyncIterator[Office]:
    db = Database(database.conninfo("torg_app"), database.conninfo("torg_system"))
    await db.open()
    name = f"office{new_id()}"
    async with db.system() as tx:
        await orgs.add_organisation(tx, name)
        public = await orgs.add_network(tx, name, NetworkKind.PUBLIC, f"{name}.example")
        inside = await orgs.add_network(tx, name, NetworkKind.INSIDE, f"inside.{name}.example")
    anna = new_id()
    async with db.tx(public.scope) as tx:
        await accounts.insert(tx, anna, "anna", {})
    fetch = Fetcher(allow=["127.0.0.0/8"])
    yield Office(db, fetch, Settings(), public, inside, anna)
    await fetch.close()
    await db.close()


async def sign_as(network: Network, account_id: int | None, scheme: Scheme) -> Sign | None:
    """A signature that says what it is."""

    def sign(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        return {"signature": f"{scheme} {account_id} {method} {url}"}

    return sign
