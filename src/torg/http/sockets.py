"""Streams on uvicorn with a short way out: bytes that were built once are written to many connections as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

EXTENSION = "torg.frames"
Write = Callable[[bytes], bool]


def writer(scope: Any) -> Write | None:
    """The short way out of a WebSocket's ASGI scope; None where another server than ours runs."""
    return cast("Write | None", (scope.get("extensions") or {}).get(EXTENSION))


def chunk_writer(send: Any) -> Write | None:
    """The short way out of a response under way: writes whole chunks (RFC 9112 §7.1). `send`: that of ASGI.

    The way says False, and nothing is written, if the response is not chunked, has ended or its reader is behind: then
    `send` is the way, which waits. None where another server than uvicorn runs, or something stands before it.
    """
    cycle = getattr(send, "__self__", None)
    if not isinstance(cycle, RequestResponseCycle):
        return None

    def write(chunk: bytes) -> bool:
        if (
            cycle.disconnected
            or not cycle.response_started
            or cycle.response_complete
            or not cycle.chunked_encoding
            or cycle.flow.write_paused
            or cycle.transport.is_closing()
        ):
            return False
        cycle.transport.write(chunk)
        return True

    return write


class Sockets(WebSocketsSansIOProtocol):
    """The protocol for `uvicorn.Config(ws=Sockets)`: its applications find `write_frame` in their scope."""

    scope: Any = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.scope is not None:
            self.scope["extensions"][EXTENSION] = self.write_frame

    def write_frame(self, frame: bytes) -> bool:
        """Write a whole message now. False, and nothing is written, if the socket is not open, its reader is behind
        (the transport asked to pause) or messages are compressed: then `websocket.send` is the way, which waits.
        """
        if (
            self.conn.state is not State.OPEN
            or not self.handshake_complete
            or self.close_sent
            or not self.writable.is_set()
            or self.conn.extensions
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(frame)
        return True
