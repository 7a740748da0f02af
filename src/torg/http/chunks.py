"""Responses in chunks on uvicorn that go on after their application has returned: an idle one needs no task."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class Chunks:
    """A response under way, its first bytes sent. `hold` it, and return; then `write` and `send` until the end."""

    __slots__ = ("_cycle", "_end", "_left", "_lost", "_opened")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._end: Callable[..., None] = cycle.on_response
        self._opened: Callable[[], None] | None = None
        self._left: Callable[[], None] | None = None
        self._lost = False

    def hold(self, opened: Callable[[], None], left: Callable[[], None]) -> None:
        """To be called last by the application. `opened`: from now on; `left`: the reader is gone, or all is sent."""
        cycle = self._cycle
        if cycle.disconnected:
            left()
            return
        self._opened, self._left = opened, left
        cycle.message_event = self  # type: ignore[assignment]
        cycle.flow.resume_reading()
        cycle.disconnected = True  # else an application that returns now would have made a mistake
        method = cycle.scope["method"]
        cycle.scope.clear()  # type: ignore[attr-defined]
        cycle.scope["method"] = method
        asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        opened, self._opened = self._opened, None
        if not self._lost and opened is not None:
            self._cycle.disconnected = False
            self._cycle.on_response = self._end
            opened()

    def set(self) -> None:
        """In the place of the event by which uvicorn wakes an application: something is known of the reader."""
        if self._cycle.disconnected or self._cycle.response_complete:
            self._lost = True
            left, self._left = self._left, None
            if left is not None:
                left()

    def clear(self) -> None:
        """Nobody waits."""

    def write(self, chunk: bytes) -> bool:
        """Write a whole chunk (RFC 9112 §7.1) now. False, and nothing is written, if the reader is behind or gone."""
        cycle = self._cycle
        if cycle.flow.write_paused or cycle.disconnected or cycle.response_complete or cycle.transport.is_closing():
            return False
        cycle.transport.write(chunk)
        return True

    async def send(self, body: bytes, *, more: bool = True) -> None:
        """Send when there is room. OSError if the reader is gone."""
        if self._lost:
            raise ConnectionError("the reader is gone")
        await self._cycle.send({"type": "http.response.body", "body": body, "more_body": more})

    def abort(self) -> None:
        """End it without a word."""
        self._cycle.transport.abort()


def chunks(send: Any) -> Chunks | None:
    """The response of ASGI's `send`, if it has begun and is chunked; None where another server than uvicorn runs."""
    cycle = getattr(send, "__self__", None)
    if isinstance(cycle, RequestResponseCycle) and cycle.response_started and cycle.chunked_encoding:
        return Chunks(cycle)
    return None
