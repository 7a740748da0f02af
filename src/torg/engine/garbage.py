"""Collections of garbage, small and often, so that none stops the process for long.

A collection looks at all that was made since the one before and is still there, and everything waits meanwhile. Python
begins one after so many more objects were made than ended. A server that keeps answers makes and ends as many, so its
collections come seldom, and look at all that it has kept since: some minutes into an election night they came 10 to
30 s apart and took 100 to 250 ms (`torg rehearse election-2008`). By the clock, each looks at what a moment has left.
"""

from __future__ import annotations

import asyncio
import gc

EVERY = 0.1
"""Seconds."""
OLDER = 5
"""With every fifth look at the youngest, those are looked at that outlived one."""


class Often:
    """`run()` until cancelled; where collections are off it does nothing."""

    def __init__(self) -> None:
        self._ticks = 0

    def tick(self) -> None:
        """Look at what was made since the last time."""
        if not gc.isenabled():
            return
        self._ticks = (self._ticks + 1) % OLDER
        gc.collect(0 if self._ticks else 1)

    async def run(self) -> None:
        """Ten times a second, as long as the process lives."""
        while True:
            await asyncio.sleep(EVERY)
            self.tick()
