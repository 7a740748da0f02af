"""Other servers as deliveries meet them: real ones on loopback that take, refuse, stall or are not there.

They listen at every address in 127.0.0.0/8, so that each can be as many hosts as a test wants.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

from tests.engine.servers import Asked, Server, reply, serving


class Sink:
    """A server that remembers what came."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    @property
    def inbox(self) -> str:
        return f"{self.server.origin}/inbox"

    @property
    def got(self) -> list[Any]:
        """The activities, in the order in which they came."""
        return [json.loads(asked.body) for asked in self.server.asked]

    @property
    def numbers(self) -> list[int]:
        return [one["n"] for one in self.got]


@asynccontextmanager
async def sink(
    *answers: bytes, then: bytes | None = None, stall: bool = False, falls_silent: bool = False
) -> AsyncIterator[Sink]:
    """`answers` in their order, afterwards `then`; with `stall` it reads and never answers, else after `answers`."""
    waiting = list(answers)

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if stall or (falls_silent and not waiting):
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            raise ConnectionAbortedError
        writer.write(waiting.pop(0) if waiting else then or reply(status=202))

    async with serving(answer, host="0.0.0.0") as server:
        yield Sink(server)


@contextmanager
def refusing() -> Iterator[str]:
    """The host of a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def blackhole() -> Iterator[str]:
    """A host that never completes a connection: its listener takes nobody in and its queue is full."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("0.0.0.0", 0))
        full.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", full.getsockname()[1]))
        yield f"127.0.0.1:{full.getsockname()[1]}"
