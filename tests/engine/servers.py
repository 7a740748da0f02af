"""Loopback servers that misbehave on purpose, for tests of what we call out to."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import msgspec


class Asked(msgspec.Struct):
    """A request as it came over the wire; `to` is the address that the client had connected to."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    to: str


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


class Server(msgspec.Struct):
    """A running server: its port and what it was asked."""

    port: int
    asked: list[Asked]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def reply(body: bytes = b"", *, status: int = 200, **headers: str) -> bytes:
    """The bytes of a plain answer; underscores in header names stand for hyphens."""
    fields = {"content-length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def serving(
    answer: Answer, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """A server on a free port that reads requests and lets `answer` write whatever it likes."""
    asked: list[Asked] = []
    tasks: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *rest = head.decode("latin-1").split("\r\n")
                method, path, _ = first.split(" ")
                pairs = [line.split(": ", 1) for line in rest if ": " in line]
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                request = Asked(method, path, headers, body, writer.get_extra_info("sockname")[0])
                asked.append(request)
                await answer(request, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass  # the client went away, as many of these tests intend
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(connection, host, 0, ssl=tls)
    try:
        yield Server(server.sockets[0].getsockname()[1], asked)
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def always(data: bytes) -> Answer:
    """An answer that is the same whatever was asked."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return answer
