"""Two machines as an operator has them: two `torg serve` on one PostgreSQL, with NATS, Valkey and shared files."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.fixtures.backends import Backend, nats_server, running, valkey_server
from tests.fixtures.cluster import TestDatabase
from tests.flows.served import Served, installation

SHARED = ("files", "exports")
"""What docs/processes.md says must be the same folder on all machines."""


@dataclass
class Machines:
    """`one` and `two` have a data folder each; everything else that they share is a server."""

    one: Served
    two: Served
    nats: Backend
    valkey: Backend

    @property
    def both(self) -> tuple[Served, Served]:
        return self.one, self.two


def url_of(database: TestDatabase) -> str:
    """As TORG_DATABASE_URL has it."""
    parts = conninfo_to_dict(database.conninfo("torg_owner"))
    name, user = quote(str(parts.pop("dbname"))), quote(str(parts.pop("user")))
    return f"postgresql://{user}@/{name}?{urlencode({key: str(value) for key, value in parts.items()})}"


@pytest.fixture
def bus() -> Iterator[Backend]:
    with running(nats_server()) as server:
        yield server


@pytest.fixture
def counts() -> Iterator[Backend]:
    with running(valkey_server()) as server:
        yield server


@asynccontextmanager
async def machines(
    place: Path, database: TestDatabase, bus: Backend, counts: Backend, *, limits: str = "off"
) -> AsyncIterator[Machines]:
    """Both up, the demonstration's data in the database. Requests to either name the first one's host."""
    common = {
        "TORG_DATABASE_URL": url_of(database),
        "TORG_NATS_URL": bus.url,
        "TORG_VALKEY_URL": counts.url,
        "TORG_RATE_LIMITS": limits,
    }
    for name in SHARED:
        (place / "shared" / name).mkdir(parents=True)
    for machine in ("one", "two"):
        (place / machine).mkdir()
        for name in SHARED:
            (place / machine / name).symlink_to(place / "shared" / name)
    async with contextlib.AsyncExitStack() as stack:
        one, two = [
            await stack.enter_async_context(installation(place / machine, **common)) for machine in ("one", "two")
        ]
        await one.start("--demo")
        two.named = one.host
        await two.start("--web", "1", "--workers", "1")
        yield Machines(one, two, bus, counts)
