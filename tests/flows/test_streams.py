"""Two thousand idle streams in one process: one post reaches them all, and each costs little memory."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.flows.served import Served, installation

EACH = 1000  # of either kind
FILES = 3 * EACH
MOST_PER_STREAM = 120_000  # bytes: a stream that keeps a parsed timeline or a compressor of its own costs more

pytestmark = pytest.mark.slow


@pytest.fixture
def files() -> Iterator[None]:
    """Room for the sockets, here and (inherited) in the server."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES:
        pytest.skip(f"NOT TESTED HERE: this machine allows {hard} open files, {FILES} are needed (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, FILES), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Stream:
    """One connection, told apart by its kind only in how it is asked for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, served: Served, token: str, *, socket: bool) -> Stream:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        path = "/api/v1/streaming?stream=public" if socket else "/api/v1/streaming/public"
        lines = [f"GET {path} HTTP/1.1", f"Host: {served.host}", f"Authorization: Bearer {token}"]
        if socket:
            key = base64.b64encode(os.urandom(16)).decode()
            lines += ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}"]
            lines.append("Sec-WebSocket-Version: 13")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101" if socket else b"HTTP/1.1 200"), head
        return cls(reader, writer)

    async def hear(self, wanted: bytes) -> None:
        """Until the text comes by; whatever is around it (chunks, frames) does not matter."""
        heard = b""
        while wanted not in heard:
            chunk = await self.reader.read(65_536)
            assert chunk, f"the stream ended: {heard[-200:]!r}"
            heard += chunk


async def opened(served: Served, token: str, *, socket: bool) -> list[Stream]:
    streams: list[Stream] = []
    for _ in range(EACH // 50):
        streams += await asyncio.gather(*(Stream.open(served, token, socket=socket) for _ in range(50)))
    return streams


async def test_one_post_reaches_two_thousand_streams(
    place: Path, files: None, record_property: Callable[[str, object], None]
) -> None:
    async with installation(place / "data") as served:
        await served.start()
        tokens = await served.tokens("anna", "bjorn")
        assert served.process is not None
        process = psutil.Process(served.process.pid)
        warm = [await Stream.open(served, tokens["anna"], socket=socket) for socket in (False, True)]
        before = process.memory_info().rss
        kinds = {}
        streams = warm
        for kind, socket in (("SSE", False), ("WebSocket", True)):
            start = process.memory_info().rss
            streams = streams + await opened(served, tokens["anna"], socket=socket)
            kinds[kind] = round((process.memory_info().rss - start) / EACH / 1000, 1)
        each = (process.memory_info().rss - before) / (2 * EACH)
        async with served.client(tokens["bjorn"]) as http:
            made = await http.post("/api/v1/statuses", json={"status": "hello to all two thousand"})
            assert made.status_code == 200
            assert (await http.get("/api/v1/timelines/home")).status_code == 200, "others are still served"
        wanted = json.dumps(made.json()["id"]).encode()[1:-1]
        async with asyncio.timeout(60):
            await asyncio.gather(*(stream.hear(wanted) for stream in streams))
        for name, value in {**kinds, "both": round(each / 1000, 1)}.items():
            record_property(f"kB per idle stream, {name}", value)
        print(f"\n{len(streams)} streams, kB each while idle: {kinds}, both {each / 1000:.1f}")
        for stream in streams:
            stream.writer.transport.abort()
        assert each < MOST_PER_STREAM
