"""Measuring how hard a process has it: the turn that it gets from its loop, its pool, what waits in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from torg.engine.postgres import Database
from torg.surge.model import Figures

NAP = 0.1


class Gauges:
    """Of one process. `counts`: measures that are there to be asked at any moment, by name."""

    def __init__(self, db: Database, counts: dict[str, Callable[[], float]]) -> None:
        self._db, self._counts = db, counts
        self._late = 0.0
        self._naps = 0
        self._pool = db.waited()

    async def rest(self, seconds: float) -> None:
        """Sleep so long in naps, and note how much later than asked one woke."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (begun := loop.time()) < until:
            await asyncio.sleep(NAP)
            self._late += max(0.0, loop.time() - begun - NAP)
            self._naps += 1

    def take(self) -> Figures:
        """The figures since the last time; measuring begins anew."""
        before, self._pool = self._pool, self._db.waited()
        asked, waited = self._pool[0] - before[0], self._pool[1] - before[1]
        figures = {name: count() for name, count in self._counts.items()}
        figures["loop_ms"] = 1000 * self._late / max(1, self._naps)
        figures["pool_waiting"] = self._pool[2]
        figures["pool_ms"] = waited / max(1, asked)
        self._late, self._naps = 0.0, 0
        return figures
