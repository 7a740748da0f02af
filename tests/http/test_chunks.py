"""Chunked responses that are held after their application has returned: order, room, the end, and the next request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from torg.http.chunks import Chunks, chunks

GET = b"GET /%b HTTP/1.1\r\nHost: a.test\r\n\r\n"


class Held:
    def __init__(self, own: Chunks) -> None:
        self.own = own
        self.is_open = False
        self.gone = asyncio.Event()

    def opened(self) -> None:
        self.is_open = True


@asynccontextmanager
async def served() -> AsyncIterator[tuple[int, list[Held]]]:
    """A server that holds every response but that to `/plain`: (port, holders)."""
    holders: list[Held] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-path", scope["path"].encode())]})
        await send({"type": "http.response.body", "body": b"first", "more_body": scope["path"] != "/plain"})
        if scope["path"] != "/plain":
            own = chunks(send)
            assert own is not None
            holders.append(Held(own))
            own.hold(holders[-1].opened, holders[-1].gone.set)

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield server.servers[0].sockets[0].getsockname()[1], holders
    finally:
        server.should_exit = True
        await serving


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def chunk(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(20):
        size = int(await reader.readline(), 16)
        return (await reader.readexactly(size + 2))[:size]


async def test_a_held_response_goes_on_ends_and_leaves_the_connection_to_the_next_request() -> None:
    async with served() as (port, holders):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET % b"stream" + GET % b"plain")  # the second waits for the end of the first
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await chunk(reader) == b"first"
        await until(lambda: holders and holders[0].is_open)
        own = holders[0].own
        assert own.write(b"6\r\nsecond\r\n")
        await own.send(b"third")
        assert [await chunk(reader), await chunk(reader)] == [b"second", b"third"]
        await own.send(b"", more=False)
        assert await chunk(reader) == b""
        await holders[0].gone.wait()
        assert not own.write(b"1\r\nx\r\n")
        assert b"x-path: /plain" in await reader.readuntil(b"\r\n\r\n")
        assert [await chunk(reader), await chunk(reader)] == [b"first", b""]
        writer.write(GET % b"again")
        assert b"x-path: /again" in await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await until(lambda: len(holders) == 2)
        await holders[1].gone.wait()


async def test_a_reader_behind_is_told_apart_and_gets_all_in_order() -> None:
    async with served() as (port, holders):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(GET % b"stream")
        await until(lambda: holders and holders[0].is_open)
        own, number = holders[0].own, 0
        while own.write(b"%x\r\n%08d%b\r\n" % (60_008, number, b"x" * 60_000)):  # the client does not read: it ends
            number += 1
        last = asyncio.create_task(own.send(b"last"))
        await reader.readuntil(b"\r\n\r\n")
        assert await chunk(reader) == b"first"
        assert [int((await chunk(reader))[:8]) for _ in range(number)] == list(range(number))
        assert await chunk(reader) == b"last"
        await last
        writer.close()


async def test_a_reader_that_breaks_off_is_let_go_of_at_once() -> None:
    async with served() as (port, holders):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET % b"stream")
        await until(lambda: holders and holders[0].is_open)
        writer.transport.abort()
        await holders[0].gone.wait()
        assert not holders[0].own.write(b"1\r\nx\r\n")


async def test_a_server_that_stops_ends_after_the_last_chunk() -> None:
    async with served() as (port, holders):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET % b"stream")
        await reader.readuntil(b"\r\n\r\n")
        await until(lambda: holders and holders[0].is_open)
        ending = asyncio.create_task(holders[0].own.send(b"", more=False))
    await ending
    assert await reader.read() == b"5\r\nfirst\r\n0\r\n\r\n"
    writer.close()
