"""Bells between the processes of one machine: a commit in one wakes the relay and the workers in another at once.

Without them those would find the rows by their poll. A bell says that there is something, never what; one that is
not heard costs the time of a poll. Made before the processes are forked.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence

from torg.engine.outbox import Waker

FULL = 4096


class Bells:
    """One pipe for each process that listens; `wakers` are told apart by their place in the sequence."""

    def __init__(self, wakers: Sequence[Waker], listeners: int) -> None:
        self._wakers = wakers
        self._pipes = [os.pipe() for _ in range(listeners)]
        for pipe in self._pipes:
            for end in pipe:
                os.set_blocking(end, False)

    def ring_from_here(self) -> None:
        """In a process without relay and workers: let each wake ring at all that listen."""
        for place, waker in enumerate(self._wakers):
            waker.also(lambda place=place: self._ring(bytes([place])))  # type: ignore[misc]

    def hear(self, listener: int, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
        """In the process number `listener` of those that work: hand on what rings; returns what ends that."""
        end = self._pipes[listener][0]

        def heard() -> None:
            try:
                places = set(os.read(end, FULL))
            except BlockingIOError:
                return
            for place in places:
                self._wakers[place]()

        def silence() -> None:
            loop.remove_reader(end)

        loop.add_reader(end, heard)
        return silence

    def _ring(self, place: bytes) -> None:
        for _, end in self._pipes:
            try:
                os.write(end, place)
            except BlockingIOError:  # it rings already
                continue
