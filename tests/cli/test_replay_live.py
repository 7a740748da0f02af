"""A file replayed into the real server while a streaming client watches: every post arrives, once, in order."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from tests.fixtures.square import PUBLIC, Square
from torg.cli.http_client import Client
from torg.cli.replaying import Result, ordered, replay
from torg.imports import authors, logins, store
from torg.imports.model import ImportedPost
from torg.imports.sources import open_source
from torg.serve.app import background

TEXTS = ["hello #square", "two\rlines", 'he said "yes"', "a < b & c &lt; d", "blåbärsöl @anna", "#debate again"]


@asynccontextmanager
async def served(square: Square) -> AsyncIterator[str]:
    """The square behind uvicorn, with its relay and jobs."""
    # Named TCP, so that asyncio turns Nagle off: otherwise each answer waits 40 ms for a delayed acknowledgement.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(square.app, log_level="warning", lifespan="off", ws="websockets-sansio"))
    async with background(square.services):
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            assert not task.done(), "the server did not start"
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


async def watch(url: str, token: str, heard: list[dict[str, Any]], ready: asyncio.Event) -> None:
    """Listen to the public stream and keep every status that it tells of."""
    headers = {"host": PUBLIC, "authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(base_url=url, timeout=60) as client,
        client.stream("GET", "/api/v1/streaming/public", headers=headers) as response,
    ):
        assert response.status_code == 200
        ready.set()
        event = ""
        async for line in response.aiter_lines():
            if line.startswith("event:"):
                event = line.partition(":")[2].strip()
            elif line.startswith("data:") and event == "update":
                heard.append(json.loads(line.partition(":")[2]))


async def send(square: Square, url: str, posts: list[ImportedPost]) -> Result:
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await store.lock(tx)
        accounts, _ = await authors.ensure(tx, "test", authors.gather(posts), None, f"http://{PUBLIC}")
        tokens = await logins.tokens(tx, accounts)
    client = Client(url, PUBLIC)
    try:
        return await asyncio.to_thread(replay, client, posts, tokens, 0, lambda done, total: None)
    finally:
        client.close()


async def test_every_post_arrives_once_in_order(square: Square, tmp_path: Path) -> None:
    path = tmp_path / "posts.tsv"
    rows = [
        f'{n}\t2008-09-27 01:{n // 10:02}\t"{TEXTS[n % 6].replace(chr(34), chr(34) * 2)} {n}"\tmember{n % 7}'
        for n in range(60)
    ]
    path.write_text("\n".join(["id\ttime\ttext\tauthor", *rows]), newline="")
    with open_source(path) as source:
        posts = ordered(source.records, None)
    assert len(posts) == 60
    heard: list[dict[str, Any]] = []
    ready = asyncio.Event()
    async with served(square) as url:
        token = square.anna.token
        assert token
        watching = asyncio.create_task(watch(url, token, heard, ready))
        await asyncio.wait_for(ready.wait(), 10)
        result = await send(square, url, posts)
        assert (result.posted, result.refused) == (60, [])
        for _ in range(200):
            if len(heard) >= 60:
                break
            await asyncio.sleep(0.05)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert [status["account"]["username"] for status in heard] == [f"member{n % 7}" for n in range(60)]
    assert [status["content"].removesuffix("</p>").rpartition(" ")[2] for status in heard] == [
        str(n) for n in range(60)
    ]
    assert len({status["id"] for status in heard}) == 60
    page = (await square.nobody().get("/api/v1/timelines/public", params={"limit": 40})).json()
    assert [status["id"] for status in page] == [status["id"] for status in reversed(heard)][:40]
