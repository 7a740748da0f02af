"""Streams on uvicorn with a short way out: bytes that were built once are written to many connections as they are.

A WebSocket that only waits needs no task either: whoever has it by `Line.hold` is called when something comes of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any, Protocol, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import State

EXTENSION = "torg.line"
Write = Callable[[bytes], bool | None]
"""Writes whole frames now. False: nothing was written, since the wire is not free."""
NOBODY = Context()
"""In which keepalive timers run, which would keep each its own copy of what its request was about."""


class Holder(Protocol):
    """Who has a socket, and is told what becomes of it."""

    def open(self, way: Write) -> None:
        """Whole frames may be written by this way (again), until `shut`."""

    def shut(self) -> None:
        """No more frames for now: the reader is behind, or the socket is closing. `Line.send` waits, or fails."""

    def heard(self, said: str | bytes) -> None:
        """A message of the other end. Nothing more is read until `Line.read_on`."""

    def left(self) -> None:
        """The socket is closed, or about to be. Comes at least once, and may come again."""


class Line(Protocol):
    """An accepted WebSocket as a thing of its own, beside the ASGI application, which may return."""

    def hold(self, holder: Holder) -> None:
        """Tell this one from now on; what was not received yet comes to it first."""

    def read_on(self) -> None:
        """The message is dealt with."""

    def send(self, message: Any) -> Awaitable[None]:
        """ASGI's `websocket.send` and `websocket.close`. OSError or RuntimeError if the socket is closed."""


def line(scope: Any) -> Line | None:
    """The line of a WebSocket's ASGI scope; None where another server than ours runs."""
    return cast("Line | None", (scope.get("extensions") or {}).get(EXTENSION))


class Sockets(WebSocketsSansIOProtocol):
    """The protocol for `uvicorn.Config(ws=Sockets)`: its applications find themselves a `line` in their scope."""

    scope: Any = None
    queue: Any
    _holder: Holder | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.scope is not None:
            self.scope["extensions"][EXTENSION] = self

    def hold(self, holder: Holder) -> None:
        """As `Line` says. Let go of what only the handshake needed: a stream may be silent for days."""
        waiting, self.queue = self.queue, _Ears(holder, self.loop)
        self._holder = holder
        self.scope = self.request = self.response = None  # type: ignore[assignment]
        if self.ping_timer is not None:
            self.stop_keepalive()
            NOBODY.run(self.start_keepalive)
        while not waiting.empty():
            self.queue.put_nowait(waiting.get_nowait())
        if self.disconnected:
            self._holder, self.queue = None, None
        self._open()

    def read_on(self) -> None:
        if self.read_paused:
            self.read_paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()

    def _open(self) -> None:
        """Let frames be written past the library, which keeps no count of them, if nothing speaks against it."""
        if (
            self._holder is not None
            and self.conn.state is State.OPEN
            and self.handshake_complete
            and not self.close_sent
            and self.writable.is_set()
            and not self.conn.extensions  # messages are compressed
            and not self.transport.is_closing()
        ):
            self._holder.open(self.transport.write)

    def _shut(self) -> None:
        if self._holder is not None:
            self._holder.shut()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._shut()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._open()

    # Whatever writes a close frame or ends the transport: no frame may come after it.

    def handle_close(self, event: Frame) -> None:
        self._shut()
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        self._shut()
        super().handle_parser_exception()

    def keepalive_timeout(self) -> None:
        self._shut()
        super().keepalive_timeout()

    def shutdown(self) -> None:
        self._shut()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._shut()
        super().connection_lost(exc)
        if self._holder is not None:
            self._holder, self.queue = None, None
        self.conn.parser.close()  # it knows who knows it: a ring, garbage that would stay for an hour

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self._shut()
        await super().send(message)

    async def run_asgi(self) -> None:
        """The application, which may return before the socket is closed if somebody holds it."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except asyncio.CancelledError:
            self.transport.close()
            raise
        except BaseException:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
        else:
            if not self.handshake_complete:
                self.logger.error("ASGI callable returned without completing handshake.")
                self.send_500_response()
        if self._holder is None and self.close_timer is None:
            self.transport.close()


class _Ears:
    """Stands where the queue of messages for the application was. What comes is told after the protocol is done."""

    __slots__ = ("_holder", "_loop")

    def __init__(self, holder: Holder, loop: asyncio.AbstractEventLoop) -> None:
        self._holder = holder
        self._loop = loop

    def put_nowait(self, event: Any) -> None:
        if event["type"] == "websocket.receive":
            self._loop.call_soon(self._holder.heard, event.get("text") or event.get("bytes") or "")
        else:
            self._loop.call_soon(self._holder.left)
