"""The short way out of a WebSocket: whole frames, in order, refused while the reader is behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
import websockets
from websockets.frames import Frame, Opcode

from torg.http.sockets import Sockets, writer
from torg.live.frames import text_frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_the_websockets_library_makes(size: int) -> None:
    payload = b"x" * size
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


async def test_all_that_was_taken_arrives_in_order_and_a_reader_behind_is_told_apart() -> None:
    taken: list[int] = []
    ended: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        write = writer(scope)
        assert write is not None
        assert not write(text_frame(b"too early"))
        await receive()
        await send({"type": "websocket.accept"})
        number = 0
        while write(text_frame(b"%d " % number + b"x" * 60_000)):  # the client does not read: it ends
            number += 1
        taken.append(number)
        await send({"type": "websocket.send", "text": "last"})  # waits until there is room again
        await send({"type": "websocket.close", "code": 1000})
        ended.append(write(text_frame(b"too late")))

    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws=Sockets, ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with websockets.connect(f"ws://127.0.0.1:{port}/", max_queue=1, compression=None) as client:
            while not taken:
                await asyncio.sleep(0.005)
            heard = [str(message) async for message in client]
    finally:
        server.should_exit = True
        await serving
    assert taken[0] > 0
    assert [text.partition(" ")[0] for text in heard] == [*map(str, range(taken[0])), "last"]
    assert ended == [False]


async def test_compressed_sockets_go_the_long_way() -> None:
    wrote: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        write = writer(scope)
        assert write is not None
        wrote.append(write(text_frame(b"plain")))
        await send({"type": "websocket.send", "text": "packed"})
        await send({"type": "websocket.close", "code": 1000})

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws=Sockets))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with websockets.connect(f"ws://127.0.0.1:{port}/", compression="deflate") as client:
            assert await client.recv() == "packed"
    finally:
        server.should_exit = True
        await serving
    assert wrote == [False]
