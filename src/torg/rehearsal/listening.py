"""Readers of live streams by server-sent events, thousands in a process: events are counted and stamped, not parsed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import cast

from torg.rehearsal import crowd, wire
from torg.rehearsal.histogram import Histogram, bucket

AT_ONCE = 50


class Ears:
    """What all streams of a process have heard."""

    def __init__(self) -> None:
        self.lags: Histogram = {}
        self.events: dict[int, int] = {}
        self.sums: dict[int, int] = {}
        self.open = 0
        self.lost = 0
        self.total = 0
        self.closing = False


class Ear(asyncio.Protocol):
    """The stream of one person. The sum of the numbers that came tells loss and doubling from what should have come."""

    def __init__(self, ears: Ears, person: int, request: bytes) -> None:
        self._ears = ears
        self._person = person
        self._request = request
        self._rest = b""
        self._last = -1
        self.ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self.ready.done():
            self.ready.set_result(data.startswith((b"HTTP/1.1 200", b"HTTP/1.1 101")))
            self._ears.open += 1
        buffer = self._rest + data if self._rest else data
        ears, at, now = self._ears, 0, 0
        while True:
            found = buffer.find(b"zq", at)
            if found < 0:
                self._rest = buffer[-1:] if buffer.endswith(b"z") else b""
                return
            if len(buffer) - found < crowd.LENGTH:
                self._rest = buffer[found:]
                return
            at = found + 2
            if buffer[found + 26 : found + 28] != b"qz":
                continue
            number = int(buffer[found + 2 : found + 10])
            at = found + crowd.LENGTH
            if number == self._last:  # the same post again in one event, as its text beside its HTML
                continue
            self._last = number
            now = now or time.monotonic_ns() // 1000
            key = bucket(max(0, now - int(buffer[found + 10 : found + 26])))
            ears.lags[key] = ears.lags.get(key, 0) + 1
            ears.total += 1
            ears.events[self._person] = ears.events.get(self._person, 0) + 1
            ears.sums[self._person] = ears.sums.get(self._person, 0) + number

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_result(False)
        if not self._ears.closing:
            self._ears.lost += 1


async def listen(ears: Ears, host: str, port: int, secret: str, people: range) -> list[Ear]:
    """Open a stream for each of the people, a few at a time; the failed ones are counted as lost."""
    path = "/api/v1/streaming/user"
    return await open_all(ears, port, {p: wire.get(host, path, crowd.token(secret, p)) for p in people})


async def open_all(ears: Ears, port: int, requests: Mapping[int, bytes]) -> list[Ear]:
    """The same with any request that opens a stream, by number of its reader; a WebSocket's upgrade, too."""
    gate = asyncio.Semaphore(AT_ONCE)
    loop = asyncio.get_running_loop()

    async def one(person: int, request: bytes) -> Ear | None:
        async with gate:
            try:
                _, ear = await loop.create_connection(lambda: Ear(ears, person, request), "127.0.0.1", port)
                if await asyncio.wait_for(ear.ready, 60):
                    return ear
            except (OSError, TimeoutError):
                pass
        ears.lost += 1
        return None

    return [ear for ear in await asyncio.gather(*(one(*item) for item in requests.items())) if ear is not None]
