"""A small app of throwaway routes on the kit, served for real by uvicorn."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import uvicorn

from tests.http.small_app import Site, small_app


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """The app behind uvicorn on a free port; gives `http://127.0.0.1:port`."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", proxy_headers=False, lifespan="on", ws="websockets-sansio")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    made = small_app(tmp_path_factory.mktemp("http"))
    async with (
        served(made.app) as url,
        httpx2.AsyncClient(base_url=url, headers={"host": "acme.example"}) as client,
    ):
        made.url, made.client = url, client
        yield made


@pytest.fixture
def site(running: Site) -> Site:
    """The served app, with nothing counted and nothing in its ledger."""
    running.reset()
    return running
