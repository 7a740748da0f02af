"""Work that costs less when it is done for many at once: whoever comes while a batch is under way joins the next.

Nobody waits for company: alone, one's work begins at once. The number of those who wait is bounded; beyond it one is
told to come back (503 with Retry-After) before anything was begun.
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


class Full(Unavailable):
    """503: more wait than will be served soon. Nothing was begun, so trying again does nothing twice."""

    retry_after = 1


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
        self._lines: dict[Hashable, deque[tuple[W, asyncio.Future[R]]]] = {}
        self._runners: set[asyncio.Task[None]] = set()
        self.waiting = 0

    async def do(self, key: Hashable, wanted: W) -> R:
        """The result of `wanted`. One who stops waiting does not stop what has begun."""
        if self.waiting >= self._room:
            raise Full(log=f"{self.waiting} wait to be written")
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        line = self._lines.get(key)
        if line is None:
            self._lines[key] = line = deque()
            runner = asyncio.create_task(self._run(key, line))
            self._runners.add(runner)
            runner.add_done_callback(self._runners.discard)
        line.append((wanted, future))
        self.waiting += 1
        return await future

    async def _run(self, key: Hashable, line: deque[tuple[W, asyncio.Future[R]]]) -> None:
        try:
            while line:
                batch = [line.popleft() for _ in range(min(len(line), self._together))]
                try:
                    await self._one(batch)
                finally:
                    self.waiting -= len(batch)
        finally:
            del self._lines[key]
            for _, future in line:  # only if this task itself was cancelled
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
