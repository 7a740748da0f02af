"""Real worker processes, a way to put a file through them, and a served network with a store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fixtures.cluster import TestDatabase
from tests.media.gallery import Gallery
from torg.engine.postgres import Database
from torg.kernel.errors import Invalid
from torg.media import links
from torg.media.formats import Family, sniff
from torg.media.model import Processed
from torg.media.pool import WorkerPool

Run = Callable[..., Awaitable[Processed]]


async def refusal(run: Run, given: bytes) -> str | None:
    """The text with which a file is refused; None if it is not."""
    try:
        await run(given)
    except Invalid as refused:
        return refused.text
    return None


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_pool() -> AsyncIterator[WorkerPool]:
    """One worker for a module's tests, since starting one takes half a second."""
    workers = WorkerPool(size=1)
    yield workers
    await workers.close()


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    folder.mkdir()
    return folder


@pytest.fixture
def run(shared_pool: WorkerPool, tmp_path: Path, into: Path) -> Run:
    """Process bytes or a file in a worker; outputs land in `into`."""

    async def go(given: bytes | Path, purpose: str = "attachment") -> Processed:
        path = given if isinstance(given, Path) else tmp_path / "upload"
        if isinstance(given, bytes):
            path.write_bytes(given)
        found = sniff(path.read_bytes()[:64])
        return await shared_pool.run(purpose, path, into, found.family if found else Family.IMAGE)

    return go


@pytest.fixture
async def gallery(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Gallery]:
    """Networks with people and a served media API on a fresh database."""
    db = Database(fresh_database.conninfo("torg_app"), fresh_database.conninfo("torg_system"))
    await db.open()
    made = Gallery(db, tmp_path)
    await links.load(db)
    await made.found()
    yield made
    await made.close()
    await db.close()
