"""Real worker processes, a way to put a file through them, and a served network with a store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from torg.media.formats import Family, sniff
from torg.media.model import Processed
from torg.media.pool import WorkerPool

Run = Callable[..., Awaitable[Processed]]


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
