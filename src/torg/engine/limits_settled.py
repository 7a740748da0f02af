"""Counting against quotas on several machines: each counts for itself at once, and they settle accounts in batches.

What need not be exact to the hit (`Quota.settled`: the general limit, which is asked of every request) is counted in
this machine's memory, with what the other machines had counted when accounts were settled last. So no request waits
for another server, and answers from memory stay what they are. Everything else (logins, uploads, registrations) asks
the shared count each time.

What comes through is never more than the limit on each machine, and above the limit of all only by what the others let
through since the last settlement (a fifth of a second).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import msgspec
import structlog

from torg.engine.limits import MachineLimiter, Quota, Verdict

log = structlog.get_logger(__name__)

T = TypeVar("T")
EVERY = 0.2
"""Seconds after a hit until the other machines are told."""
AT_ONCE = 1000
"""Callers that are told of in one request."""
PAUSE = 2.0
"""Seconds without asking after a failure, so that not every request waits."""


class AwayError(Exception):
    """The shared count does not answer."""


class Counted(msgspec.Struct, frozen=True):
    """What a process has counted in a window: its name, its hits, and when it ends (seconds since 1970)."""

    name: str
    hits: int
    ends: int


class Shared(Protocol):
    """A count that all machines reach. Both raise AwayError."""

    async def count(self, key: str, quota: Quota) -> Verdict:
        """One hit more, exactly."""
        ...

    async def settle(self, machine: str, process: str, counted: Sequence[Counted]) -> Sequence[int]:
        """Tell what this process has counted by now; for each, what other machines have."""
        ...

    async def close(self) -> None: ...


class _Tally(msgspec.Struct):
    """A window of one caller: hits that came here, and those of other machines as far as known."""

    ends: int
    here: int = 0
    elsewhere: int = 0


class SettledLimiter:
    """Fixed windows as in LocalLimiter. `local` counts what the processes of this machine let through together."""

    def __init__(self, shared: Shared, local: MachineLimiter, clock: Callable[[], float] = time.time) -> None:
        self._shared = shared
        self._local = local
        self._clock = clock
        self._process = secrets.token_hex(4)
        self._tallies: dict[str, _Tally] = {}
        self._news: dict[str, _Tally] = {}
        self._settling: asyncio.Task[None] | None = None
        self._sweep_at = 0.0
        self._away_until = 0.0
        self._away = False

    async def hit(self, key: str, quota: Quota) -> Verdict:
        """Count one hit for `key` and tell whether it is within the quota. Waits only where it has to be exact."""
        if quota.settled:
            return self._with_others(key, await self._local.hit(key, quota))
        if time.monotonic() >= self._away_until:
            with contextlib.suppress(AwayError):
                return await self._heed(self._shared.count(key, quota))
        return await self._local.hit(key, quota)

    async def settle(self) -> None:
        """Settle accounts now; for the end of a process and for tests. AwayError goes upwards."""
        while self._news:
            names = list(self._news)[:AT_ONCE]
            told = {name: self._news.pop(name) for name in names}
            counted = [Counted(name, tally.here, tally.ends) for name, tally in told.items()]
            try:
                others = await self._heed(self._shared.settle(self._local.machine, self._process, counted))
            except BaseException:
                self._news = {**told, **self._news}
                raise
            for tally, elsewhere in zip(told.values(), others, strict=True):
                tally.elsewhere = max(tally.elsewhere, elsewhere)

    async def close(self) -> None:
        """Tell what is untold and let go of the connection."""
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.gather(self._settling, return_exceptions=True)
        with contextlib.suppress(AwayError):
            await self.settle()
        await self._shared.close()

    def _with_others(self, key: str, verdict: Verdict) -> Verdict:
        """The machine's verdict, less what others have let through."""
        name = f"{key}:{int(verdict.reset_at)}"
        tally = self._tallies.get(name)
        if tally is None:
            tally = self._tallies[name] = _Tally(int(verdict.reset_at))
        tally.here += 1
        self._news[name] = tally
        if self._settling is None:
            self._settling = asyncio.get_running_loop().create_task(self._later(), name="rate limits")
        left = verdict.remaining - tally.elsewhere
        return Verdict(verdict.allowed and left >= 0, verdict.limit, max(0, left), verdict.reset_at)

    async def _later(self) -> None:
        """Settle soon, and again as long as there is something to settle."""
        try:
            while self._news:
                await asyncio.sleep(EVERY if not self._away else PAUSE)
                self._sweep()
                with contextlib.suppress(AwayError):
                    await self.settle()
        finally:
            self._settling = None

    async def _heed(self, asked: Awaitable[T]) -> T:
        """What the shared count says; that it went away or came back is told once."""
        try:
            said = await asked
        except AwayError as error:
            self._away_until = time.monotonic() + PAUSE
            if not self._away:
                log.error("rate limits without Valkey: each machine counts for itself", error=str(error))
            self._away = True
            raise
        if self._away:
            log.warning("rate limits by Valkey again")
        self._away = False
        return said

    def _sweep(self) -> None:
        """Now and then: forget windows that are over."""
        if (before := self._clock()) < self._sweep_at:
            return
        self._sweep_at = before + 10
        for tallies in (self._tallies, self._news):
            for name in [name for name, tally in tallies.items() if tally.ends < before]:
                del tallies[name]
