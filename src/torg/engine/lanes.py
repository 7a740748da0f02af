"""Politeness per host: few requests at a time, and rest for a host that does not answer or asks for it.

Only a host's own silence (no name, no connection, no TLS) or its own wish (429 or 503 with Retry-After) makes it
rest: a slow or broken page must not, or anybody could cut us off from a host by linking to such a page there.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FAILURES_BEFORE_REST = 3
LONGEST_REST = 600.0
LANES_KEPT = 4096


class Lane:
    """The requests to one host (with port)."""

    def __init__(self, width: int) -> None:
        self.slots = asyncio.Semaphore(width)
        self.users = 0
        self.failures = 0
        self.rest_until = 0.0

    def resting(self) -> float:
        """Seconds of rest left; 0 when the host may be called."""
        return max(0.0, self.rest_until - time.monotonic())

    def answered(self) -> None:
        """The host is alive."""
        self.failures = 0

    def silent(self) -> None:
        """Nobody answered; from the third time in a row the host rests, each time twice as long."""
        self.failures += 1
        if self.failures >= FAILURES_BEFORE_REST:
            self.rest(2.0 ** min(self.failures, 10))

    def rest(self, seconds: float) -> None:
        """Leave the host alone for this long, at most ten minutes."""
        self.rest_until = max(self.rest_until, time.monotonic() + min(max(seconds, 0.0), LONGEST_REST))


class Lanes:
    """The lanes of the hosts called lately, the longest unused forgotten first."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._lanes: OrderedDict[str, Lane] = OrderedDict()

    @asynccontextmanager
    async def use(self, host: str) -> AsyncIterator[Lane]:
        """A slot in the lane of `host`, waited for."""
        lane = self.of(host)
        lane.users += 1
        try:
            async with lane.slots:
                yield lane
        finally:
            lane.users -= 1

    def of(self, host: str) -> Lane:
        """The lane of `host`, without taking a slot."""
        lane = self._lanes.get(host)
        if lane is None:
            lane = self._lanes[host] = Lane(self._width)
            self._forget()
        else:
            self._lanes.move_to_end(host)
        return lane

    def _forget(self) -> None:
        if len(self._lanes) <= LANES_KEPT:
            return
        for host in [host for host, lane in self._lanes.items() if not lane.users][: LANES_KEPT // 8]:
            del self._lanes[host]


def retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, in seconds or as a date (RFC 9110 §10.2.3); None when absent or unreadable."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
