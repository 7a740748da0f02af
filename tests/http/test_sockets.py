"""The short way out of a WebSocket: whole frames, in order, refused while the reader is behind."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import uvicorn
import websockets
from uvicorn.protocols.utils import ClientDisconnected
from websockets.frames import Frame, Opcode

from torg.http.sockets import Line, Sockets, Write, line
from torg.live.frames import text_frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_the_websockets_library_makes(size: int) -> None:
    payload = b"x" * size
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


class Held:
    """A holder that notes what becomes of its socket."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.ways: list[Write | None] = []
        self.heard_: list[str | bytes] = []
        self.gone = asyncio.Event()

    def open(self, way: Write) -> None:
        self.ways.append(way)

    def is_open(self) -> bool:
        return bool(self.ways) and self.ways[-1] is not None

    def shut(self) -> None:
        if not self.ways or self.ways[-1] is not None:
            self.ways.append(None)

    def heard(self, said: str | bytes) -> None:
        self.heard_.append(said)
        self.line.read_on()

    def left(self) -> None:
        self.gone.set()


@asynccontextmanager
async def served(*, compress: bool = False) -> AsyncIterator[tuple[int, list[Held]]]:
    """A server whose application accepts sockets, has them held and returns: (port, holders)."""
    holders: list[Held] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        own = line(scope)
        assert own is not None
        holder = Held(own)
        own.hold(holder)
        holders.append(holder)

    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws=Sockets, ws_per_message_deflate=compress)
    server = uvicorn.Server(config)
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


async def test_all_that_was_written_arrives_in_order_and_a_reader_behind_is_told_apart() -> None:
    async with served() as (port, holders):
        async with websockets.connect(f"ws://127.0.0.1:{port}/", max_queue=1, compression=None) as client:
            await until(lambda: holders)
            held = holders[0]
            way, number = held.ways[-1], 0
            assert way is not None
            while held.is_open():  # the client does not read: it ends
                assert way(text_frame(b"%d " % number + b"x" * 60_000)) is not False
                number += 1
            last = asyncio.ensure_future(held.line.send({"type": "websocket.send", "text": "last"}))
            heard = [str(await client.recv()) for _ in range(number + 1)]
            await last
            assert held.is_open(), "the wire is free again"
            await held.line.send({"type": "websocket.close", "code": 1000})
            assert not held.is_open()
            with pytest.raises(websockets.ConnectionClosedOK):
                await client.recv()
        await held.gone.wait()
    assert [text.partition(" ")[0] for text in heard] == [*map(str, range(number)), "last"]


async def test_a_held_socket_needs_no_application_and_hears_until_the_other_end_leaves() -> None:
    async with served() as (port, holders):
        client = await websockets.connect(f"ws://127.0.0.1:{port}/")
        await client.send("before anybody holds it")
        await until(lambda: holders)
        held = holders[0]
        await client.send(b"bytes")
        for number in range(50):
            await client.send(str(number))
        await (await client.ping())
        await until(lambda: len(held.heard_) == 52)
        assert held.heard_ == ["before anybody holds it", b"bytes", *map(str, range(50))]
        assert not held.gone.is_set()
        await client.close()
        await held.gone.wait()
        assert held.ways[-1] is None
        with pytest.raises(ClientDisconnected):
            await held.line.send({"type": "websocket.send", "text": "too late"})


async def test_a_socket_that_breaks_off_is_let_go_of() -> None:
    async with served() as (port, holders):
        client = await websockets.connect(f"ws://127.0.0.1:{port}/")
        await until(lambda: holders)
        client.transport.abort()
        await holders[0].gone.wait()
        assert holders[0].ways[-1] is None


async def test_words_that_are_no_text_end_a_held_socket() -> None:
    async with served() as (port, holders):
        client = await websockets.connect(f"ws://127.0.0.1:{port}/")
        await until(lambda: holders)
        await client.send(b"\xff\xfe", text=True)
        with pytest.raises(websockets.ConnectionClosedError) as ended:
            await client.recv()
        assert ended.value.rcvd is not None
        assert ended.value.rcvd.code == 1007
        await holders[0].gone.wait()


async def test_the_end_of_the_server_ends_held_sockets() -> None:
    async with served() as (port, holders):
        client = await websockets.connect(f"ws://127.0.0.1:{port}/")
        await until(lambda: holders)
    assert holders[0].gone.is_set()
    assert holders[0].ways[-1] is None
    with pytest.raises(websockets.ConnectionClosed) as ended:
        await client.recv()
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 1012


async def test_compressed_sockets_go_the_long_way() -> None:
    async with served(compress=True) as (port, holders):
        async with websockets.connect(f"ws://127.0.0.1:{port}/", compression="deflate") as client:
            await until(lambda: holders)
            await holders[0].line.send({"type": "websocket.send", "text": "packed"})
            assert await client.recv() == "packed"
        assert holders[0].ways in ([], [None])


async def test_a_closed_socket_is_gone_without_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        async with served() as (port, holders):
            async with websockets.connect(f"ws://127.0.0.1:{port}/"):
                await until(lambda: holders)
                holder = holders.pop()
                known = weakref.ref(cast(Sockets, holder.line).conn)
                assert known() is not None
            await holder.gone.wait()
            del holder
            await until(lambda: known() is None)
    finally:
        gc.enable()
