"""Server-sent events on the wire: one ASGI response per reader, with event numbers and heartbeats."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from torg.http.chunks import Chunks, chunks
from torg.live.connection import Closed, Connection
from torg.live.hub import Hub
from torg.live.model import Message, as_chunk

HEARTBEAT = 15.0
THUMP = b":thump\n"
PULSE = b"%x\r\n%b\r\n" % (len(THUMP), THUMP)
MOST_JOINED = 65_536
STALLED = 60.0


class EventStream(Response):
    """Feeds one reader until it leaves or the hub closes it. A closed reader comes back with `Last-Event-ID`."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, connection: Connection, *, after: int | None) -> None:
        self.status_code = 200
        self.background = None
        self._hub = hub
        self._connection = connection
        self._after = after
        start = hub.position if after is None else min(after, hub.position)
        # Where the stream starts, for a reader that is cut off before its first event
        headers = {"cache-control": "private, no-store", "x-accel-buffering": "no", "last-event-id": str(start)}
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub, connection = self._hub, self._connection
        hub.join(connection, after=self._after)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b":)\n", "more_body": True})
            if (own := chunks(send)) is None:
                await _attend(connection, receive, send)
        except (OSError, TimeoutError):
            hub.leave(connection)  # the reader hung up in the middle of a write, or stopped reading
        except BaseException:
            hub.leave(connection)
            raise
        else:
            if own is None:
                hub.leave(connection)
            else:
                edge = Edge(hub, connection, own)
                own.hold(edge.opened, edge.left)


def joined(first: Message, connection: Connection) -> bytes:
    """The next bytes: all messages that wait."""
    parts = [first.frame.sse(first.seq)]
    size = len(parts[0])
    while size < MOST_JOINED and (more := connection.next_now()) is not None:
        parts.append(more.frame.sse(more.seq))
        size += len(parts[-1])
    return b"".join(parts)


class Edge:
    """A response between the hub and the wire: it has a task only while something is under way."""

    __slots__ = ("_chunks", "_connection", "_hub", "_pouring")

    def __init__(self, hub: Hub, connection: Connection, own: Chunks) -> None:
        self._hub = hub
        self._connection = connection
        self._chunks = own
        self._pouring: asyncio.Task[None] | None = None

    def opened(self) -> None:
        connection = self._connection
        connection.form, connection.pulse = as_chunk, PULSE
        connection.wake = self._wake
        connection.open(self._chunks.write)
        connection.rest()

    def left(self) -> None:
        """The other end is gone."""
        self._hub.leave(self._connection)
        self._connection.wake = None
        self._connection.shut()
        self._connection.hang_up()

    def _wake(self) -> None:
        self._pouring = asyncio.create_task(self._pour())

    async def _pour(self) -> None:
        """Write what is queued, and the end; between, nothing is written past it."""
        connection = self._connection
        try:
            while connection.waits:
                message = await connection.next()
                if message is None and connection.closed is Closed.GONE:
                    return None
                async with asyncio.timeout(STALLED):
                    if message is None:
                        return await self._chunks.send(b"", more=False)
                    await self._chunks.send(joined(message, connection))
        except TimeoutError:
            self._chunks.abort()
        except (OSError, RuntimeError):
            self.left()
        else:
            self._pouring = None
            connection.rest()


async def _attend(connection: Connection, receive: Receive, send: Send) -> None:
    """Feed a reader on a server that is not ours, until it leaves or is closed."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        connection.hang_up()  # as soon as it has hung up, not at the next heartbeat

    gone = asyncio.create_task(watch())
    try:
        while True:
            chunk = THUMP
            try:
                async with asyncio.timeout(HEARTBEAT):
                    message = await connection.next()
            except TimeoutError:
                pass
            else:
                if message is None:
                    break
                chunk = joined(message, connection)
            async with asyncio.timeout(STALLED):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()
