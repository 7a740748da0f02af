"""uvicorn's HTTP protocol that gives a remembered answer before anything of the request is read but its bytes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from torg.engine.limits import Limiter, LocalLimiter, NoLimiter, Verdict
from torg.engine.limits_settled import SettledLimiter
from torg.engine.limits_shared import SharedLimiter
from torg.http.limits import GENERAL, rate_headers
from torg.http.memory import Raw, Remembered
from torg.http.wire import request_id

if TYPE_CHECKING:
    from torg.http.app import App

RAW = "torg.raw"
LONGEST = 8192
AT_ONCE = (LocalLimiter, NoLimiter, SharedLimiter, SettledLimiter)
"""Limiters that count the general limit without waiting; where another counts, every request takes the long way."""


class Protocol(HttpToolsProtocol):
    """`uvicorn.Config(app, http=Protocol)`, where the app is a `torg.http.App`."""

    def __init__(self, config: Any, *args: Any, **options: Any) -> None:
        super().__init__(config, *args, **options)
        app: App = config.app
        self._memory = app.memory
        self._answered = app.answered
        self._read = app.read
        self._limits: Limiter | None = app.services.limits if app.limited else None
        self._on = app.memory.most > 0 and isinstance(app.services.limits, AT_ONCE)
        self._between = True
        self._begun = 0
        self._raw: Raw | None = None

    def data_received(self, data: bytes) -> None:
        """A request that is known, byte for byte, on a connection where nothing else is under way: answer at once."""
        cycle: RequestResponseCycle | None = self.cycle
        idle = self._between and (cycle is None or cycle.response_complete) and not self.flow.write_paused
        if not self._on or not idle or len(data) > LONGEST or not data.startswith(b"GET "):
            super().data_received(data)
            return
        began = time.monotonic()
        ip = self.client[0] if self.client else ""
        found = self._memory.find(ip, data)
        if found is not None and self._give(found):
            if self._answered is not None:
                self._answered(200, time.monotonic() - began)
            if self._read is not None:
                self._read(True)
            return
        raw = self._raw = Raw(ip, data)
        self._begun = 0
        super().data_received(data)
        self._raw = None
        now: RequestResponseCycle | None = self.cycle
        # None or the old one: these bytes were no request, or they opened a WebSocket
        raw.whole = now is not None and now is not cycle and self._begun == 1 and self._between and now.keep_alive

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._between = False
        self._begun += 1
        if self._raw is not None:
            scope: Any = self.scope
            scope[RAW] = self._raw

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._between = True

    def _give(self, found: Remembered) -> bool:
        """False if it has to be refused: the long way says so."""
        head, body = found.answer()
        parts = [head]
        if self._limits is not None:
            verdict = _at_once(self._limits, found.caller)
            if not verdict.allowed:
                return False
            parts += [b"%b: %b\r\n" % header for header in rate_headers(verdict)]
        parts += [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        parts.append(f"x-request-id: {request_id()}\r\n\r\n".encode())
        parts.append(body)
        self._unset_keepalive_if_required()
        self.transport.write(b"".join(parts))
        self.server_state.total_requests += 1
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
        return True


def _at_once(limits: Limiter, who: str) -> Verdict:
    """The verdict of a limiter that counts in this process: its coroutine never waits."""
    hit = limits.hit(f"general:{who}", GENERAL)
    try:
        hit.send(None)
    except StopIteration as done:
        verdict: Verdict = done.value
        return verdict
    raise RuntimeError("a limiter that counts here waited")
