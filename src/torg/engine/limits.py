"""Counting requests against quotas: a Protocol, and the implementation for one process."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Protocol

import msgspec


class Quota(msgspec.Struct, frozen=True):
    """At most `most` hits within each window of `seconds`.

    `settled`: several machines may tell each other of their hits a moment later; nobody waits to be counted.
    """

    most: int
    seconds: int
    settled: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """What a hit led to. `reset_at`: seconds since 1970 at which the window ends."""

    allowed: bool
    limit: int
    remaining: int
    reset_at: float


class Limiter(Protocol):
    """Counters shared by all that serve the same people."""

    async def hit(self, key: str, quota: Quota) -> Verdict:
        """Count one hit for `key` and tell whether it is within the quota."""
        ...


class MachineLimiter(Limiter, Protocol):
    """Counts without waiting, for all processes that it is shared by."""

    @property
    def machine(self) -> str:
        """Tells its count from those of other machines."""
        ...


class LocalLimiter:
    """Fixed windows in this process's memory, as Mastodon counts; finished windows are dropped."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.machine = secrets.token_hex(4)
        self._clock = clock
        self._counts: dict[str, tuple[float, int]] = {}
        self._sweep_at = 0.0

    async def hit(self, key: str, quota: Quota) -> Verdict:
        now = self._clock()
        if now >= self._sweep_at:
            self._counts = {kept: entry for kept, entry in self._counts.items() if entry[0] > now}
            self._sweep_at = now + 60
        reset_at, used = self._counts.get(key, (0.0, 0))
        if reset_at <= now:
            reset_at, used = (now // quota.seconds + 1) * quota.seconds, 0
        used += 1
        self._counts[key] = (reset_at, used)
        return Verdict(used <= quota.most, quota.most, max(0, quota.most - used), reset_at)


class NoLimiter:
    """`TORG_RATE_LIMITS=off`: everything is within quota."""

    async def hit(self, key: str, quota: Quota) -> Verdict:
        return Verdict(True, quota.most, quota.most, (self._now() // quota.seconds + 1) * quota.seconds)

    @staticmethod
    def _now() -> float:
        return time.time()
