"""One piece of work for many who want it at once: the first starts it, the rest wait for the same result."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Flights:
    """Work under way in this process, by key. Nothing is remembered once it has landed."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    @property
    def under_way(self) -> int:
        """How many pieces of work there are at the moment."""
        return len(self._under_way)

    async def share(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """The result (or error) of `work`, which runs once however many ask for `key` meanwhile.

        One that stops waiting does not stop the work for the rest. `work` must end by itself and must not wait for
        its own key.
        """
        task: asyncio.Task[T] | None = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(_run(work))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(task)

    def _land(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]
        if not task.cancelled():
            task.exception()  # seen, also where nobody waits any more

    async def close(self) -> None:
        """Stop what is under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
