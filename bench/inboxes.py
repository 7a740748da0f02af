"""Hundreds of other servers on loopback, in a process of their own: those that take what comes, and dead ones.

Every address in 127.0.0.0/8 is this machine, so one listener is as many hosts as one likes.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from typing import Any

TAKEN = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Taking(asyncio.Protocol):
    """Takes every POST with 202 and counts it. Knows just enough HTTP for one client that is known."""

    def __init__(self, count: Synchronized[int]) -> None:
        self._count = count
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (head := self._read.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._read[:head])
            end = head + 4 + (int(length[1]) if length else 0)
            if len(self._read) < end:
                return
            del self._read[:end]
            self._count.value += 1
            self._transport.write(TAKEN)


class Stalling(asyncio.Protocol):
    """Takes the connection, reads, and never answers."""


@dataclass
class Ports:
    """Where the kinds of hosts listen: `live` take, `stalling` never answer, `full` never connect, `closed` refuse."""

    live: int
    stalling: int
    full: int
    closed: int


def _serve(live: socket.socket, stalling: socket.socket, count: Synchronized[int]) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        await loop.create_server(lambda: Taking(count), sock=live, backlog=1024)
        await loop.create_server(Stalling, sock=stalling, backlog=1024)
        await asyncio.Event().wait()

    asyncio.run(serve())


def _bound(stack: ExitStack) -> socket.socket:
    made = stack.enter_context(socket.socket())
    made.bind(("0.0.0.0", 0))  # noqa: S104 - every address of loopback is meant
    return made


@contextmanager
def serving() -> Iterator[tuple[Ports, Synchronized[int]]]:
    """The servers, and how much the live ones have taken so far."""
    with ExitStack() as stack:
        live, stalling, full, closed = (_bound(stack) for _ in range(4))
        full.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", full.getsockname()[1]))
        context = multiprocessing.get_context("fork")
        count: Any = context.Value("Q", 0, lock=False)
        process = context.Process(target=_serve, args=(live, stalling, count), daemon=True)
        process.start()
        try:
            yield Ports(*(one.getsockname()[1] for one in (live, stalling, full, closed))), count
        finally:
            process.kill()
            process.join()


def hosts(ports: Sequence[int], many: int, net: int) -> list[str]:
    """So many hosts in 127.`net`.0.0/16, by turns at these ports."""
    return [f"127.{net}.{n // 250}.{1 + n % 250}:{ports[n % len(ports)]}" for n in range(many)]
