"""The square behind a real port, with its relay and the tail of its log running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import open_square
from tests.live.readers import Harbour
from torg.cli.serving import Server
from torg.http.sockets import Sockets
from torg.serve.app import background


@pytest.fixture
async def harbour(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Harbour]:
    async with open_square(fresh_database, tmp_path) as square, background(square.services):
        config = uvicorn.Config(square.app, port=0, lifespan="off", log_level="warning", ws=Sockets)
        server = Server(config, square.services)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.005)
        opened = Harbour(square, server.servers[0].sockets[0].getsockname()[1])
        try:
            yield opened
        finally:
            await opened.close()
            server.should_exit = True
            await serving
