"""Work that costs less when it is done for many at once: whoever comes while a batch is under way joins the next.

Alone, one's work begins at once. Where a batch had company, those who were there are likely to come again, and the
next waits for as many for a moment: what a batch costs by itself is shared by more. The number of those who wait is
bounded; beyond it one is told to come back (503 with Retry-After) before anything was begun.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from torg.kernel.errors import Unavailable

W = TypeVar("W")
R = TypeVar("R")

MOST_TOGETHER = 100
MOST_WAITING = 1_000
MOMENT, EACH, LONGEST = 0.001, 0.0003, 0.02
"""Seconds that a batch waits for those of the last one: more for more, since each is answered and asks anew."""


class Full(Unavailable):
    """503: more wait than will be served soon. Nothing was begun, so trying again does nothing twice."""

    retry_after = 1


class Line(Generic[W, R]):
    """Those who wait for the next batch of a key. `wanted`: how many are to be there before it begins."""

    __slots__ = ("full", "there", "wanted")

    def __init__(self) -> None:
        self.there: deque[tuple[W, asyncio.Future[R]]] = deque()
        self.wanted = 0
        self.full = asyncio.Event()

    def add(self, wanted: W, future: asyncio.Future[R]) -> None:
        self.there.append((wanted, future))
        if len(self.there) >= self.wanted:
            self.full.set()

    async def company(self, crowd: int) -> None:
        """Until so many are there, or a moment has passed."""
        if len(self.there) >= crowd:
            return
        self.wanted = crowd
        self.full.clear()
        timer = asyncio.get_running_loop().call_later(min(MOMENT + EACH * crowd, LONGEST), self.full.set)
        try:
            await self.full.wait()
        finally:
            timer.cancel()
            self.wanted = 0


class Refusals:
    """How many this process has told to come back, for whoever counts them."""

    def __init__(self) -> None:
        self._untold = 0

    def note(self) -> None:
        self._untold += 1

    def take(self) -> int:
        """Those since the last time."""
        untold, self._untold = self._untold, 0
        return untold


refusals = Refusals()


class Gatherer(Generic[W, R]):
    """`await gatherer.do(key, wanted)`: one batch at a time and key, of what came meanwhile, in the order of coming.

    `work` gets a batch and gives a result or an exception for each, in the same order; what it raises goes to all.
    """

    def __init__(
        self,
        work: Callable[[Sequence[W]], Awaitable[Sequence[R | Exception]]],
        *,
        together: int = MOST_TOGETHER,
        room: int = MOST_WAITING,
    ) -> None:
        self._work = work
        self._together = together
        self._room = room
        self._lines: dict[Hashable, Line[W, R]] = {}
        self._runners: set[asyncio.Task[None]] = set()
        self.waiting = 0

    async def do(self, key: Hashable, wanted: W) -> R:
        """The result of `wanted`. One who stops waiting does not stop what has begun."""
        if self.waiting >= self._room:
            refusals.note()
            raise Full(log=f"{self.waiting} wait to be written")
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        line = self._lines.get(key)
        if line is None:
            self._lines[key] = line = Line()
            runner = asyncio.create_task(self._run(key, line))
            self._runners.add(runner)
            runner.add_done_callback(self._runners.discard)
        line.add(wanted, future)
        self.waiting += 1
        return await future

    async def _run(self, key: Hashable, line: Line[W, R]) -> None:
        there = line.there
        try:
            while there:
                batch = [there.popleft() for _ in range(min(len(there), self._together))]
                try:
                    await self._one(batch)
                finally:
                    self.waiting -= len(batch)
                crowd = min(len(batch) + len(there), self._together)
                if crowd > 1:
                    await line.company(crowd)
        finally:
            del self._lines[key]
            for _, future in there:  # only if this task itself was cancelled
                self.waiting -= 1
                future.cancel()

    async def _one(self, batch: Sequence[tuple[W, asyncio.Future[R]]]) -> None:
        try:
            results = await self._work([wanted for wanted, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is theirs who wait
            results = [error] * len(batch)
        except BaseException:
            for _, future in batch:
                future.cancel()
            raise
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    async def close(self) -> None:
        """Let what has begun come to its end."""
        while self._runners:
            await asyncio.wait(self._runners)
