"""Server-sent events on the wire: one ASGI response per reader, with event numbers and heartbeats."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from torg.http.sockets import chunk_writer
from torg.live.connection import Connection
from torg.live.hub import Hub
from torg.live.model import as_chunk

HEARTBEAT = 15.0
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
        self._hub.join(self._connection, after=self._after)
        gone = asyncio.create_task(self._watch(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b":)\n", "more_body": True})
            self._connection.form = as_chunk
            if (way := chunk_writer(send)) is not None:
                self._connection.open(way)
            while (chunk := await self._chunk()) is not None:
                async with asyncio.timeout(STALLED):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (OSError, TimeoutError):
            return  # the reader hung up in the middle of a write, or stopped reading
        finally:
            gone.cancel()
            self._hub.leave(self._connection)

    async def _chunk(self) -> bytes | None:
        """The next bytes: all messages that wait, or a heartbeat when there have been none; None at the end."""
        try:
            async with asyncio.timeout(HEARTBEAT):
                message = await self._connection.next()
        except TimeoutError:
            return b":thump\n"
        if message is None:
            return None
        parts = [message.frame.sse(message.seq)]
        size = len(parts[0])
        while size < MOST_JOINED and (more := self._connection.next_now()) is not None:
            parts.append(more.frame.sse(more.seq))
            size += len(parts[-1])
        return b"".join(parts)

    async def _watch(self, receive: Receive) -> None:
        """Let go of a reader as soon as it has hung up, not at the next heartbeat."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._connection.hang_up()
