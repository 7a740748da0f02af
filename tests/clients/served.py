"""A whole server for clients that nobody here wrote: on a real port of localhost, in a thread of its own.

Clients are synchronous and trust the address that they are given, so the network's host is `localhost:<port>`.
Anna owns the network; Björn and Clara are members.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from tests.fixtures.cluster import TestDatabase
from torg.access import administration, apps, tokens
from torg.access.scopes import ALL
from torg.kernel.actor import NetworkKind
from torg.kernel.config import Settings
from torg.orgs import actions as orgs
from torg.orgs.model import Network
from torg.serve.app import background, make_app
from torg.serve.services import Services, open_services

PASSWORD = "correct horse battery"
CAST = {"anna": "owner", "bjorn": None, "clara": None}
T = TypeVar("T")


@dataclass
class Served:
    """The server: `url`, the cast's tokens and ids, and `do(coroutine)` to reach inside it."""

    host: str
    services: Services
    network: Network
    loop: asyncio.AbstractEventLoop
    ids: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{self.services.settings.scheme}://{self.host}"

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def email(self, handle: str) -> str:
        return f"{handle}@acme.example"

    async def settle_people(self) -> None:
        async with self.services.db.tx(self.network.scope) as tx:
            app = await apps.own(tx, "tests")
        for handle, role in CAST.items():
            _, account, _ = await administration.add_person(
                self.services.db,
                self.network,
                email=self.email(handle),
                handle=handle,
                password=PASSWORD,
                role=role,
                name=handle.capitalize(),
                locale="en",
            )
            self.ids[handle] = account.id
            async with self.services.db.tx(self.network.scope) as tx:
                self.tokens[handle] = await tokens.issue(
                    tx,
                    app_id=app.id,
                    account_id=account.id,
                    scopes=[scope for scope in ALL if ":" not in scope] + ["admin:read", "admin:write"],
                )


@contextmanager
def serving(database: TestDatabase, folder: Path, **options: Any) -> Iterator[Served]:
    """The server for the time of a `with`; `options` are settings."""
    ready: threading.Event = threading.Event()
    box: list[Any] = []

    def run() -> None:
        try:
            asyncio.run(_live(database, folder, options, box, ready))
        except BaseException as error:
            box.append(error)
            raise
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="served", daemon=True)
    thread.start()
    assert ready.wait(60), "the server did not start in a minute"
    if isinstance(box[-1], BaseException):
        raise box[-1]
    server, served = box
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive(), "the server did not end"


async def _live(
    database: TestDatabase, folder: Path, options: dict[str, Any], box: list[Any], ready: threading.Event
) -> None:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    host = f"localhost:{listening.getsockname()[1]}"
    settings = Settings(data=folder, **{"rate_limits": False, "confirm_email": False, **options})
    async with open_services(settings, database.conninfo("torg_app"), database.conninfo("torg_system")) as services:
        async with services.db.system() as tx:
            await orgs.add_organisation(tx, "Acme")
            network = await orgs.add_network(tx, "Acme", NetworkKind.PUBLIC, host)
        served = Served(host, services, network, asyncio.get_running_loop())
        await served.settle_people()
        server = uvicorn.Server(
            uvicorn.Config(
                make_app(services),
                log_level="warning",
                ws="websockets-sansio",
                ssl_certfile=settings.tls_cert,
                ssl_keyfile=settings.tls_key,
            )
        )
        async with background(services):
            task = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started:
                assert not task.done(), "the server did not start"
                await asyncio.sleep(0.01)
            box.extend([server, served])
            ready.set()
            await task
