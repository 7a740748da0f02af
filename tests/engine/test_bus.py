"""Every reader of the bus gets every event once and in order, whether it is handed over or read from the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.engine.parade import Marched
from torg.engine import outbox
from torg.engine.bus import LogBus, Logged
from torg.engine.effects import OutboxRow
from torg.engine.postgres import Database
from torg.engine.relay import Relay
from torg.kernel.actor import Scope

A = Scope(1, (10,))


async def march(db: Database, numbers: range) -> None:
    for number in numbers:
        async with db.tx(A) as tx:
            await outbox.append(tx, Marched(number))


@asynccontextmanager
async def running(bus: LogBus) -> AsyncIterator[list[tuple[int, int]]]:
    """(number in the log, number of the event) of all that a reader gets."""
    got: list[tuple[int, int]] = []

    async def read(rows: Sequence[Logged]) -> None:
        await asyncio.sleep(0)  # whoever hands over meanwhile must not be mistaken for what is being read
        got.extend((row.seq, row.event.number) for row in rows)  # type: ignore[attr-defined]

    bus.subscribe(read)
    await bus.start()
    task = asyncio.create_task(bus.run())
    try:
        yield got
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(got: list[tuple[int, int]], count: int) -> None:
    async with asyncio.timeout(30):
        while len(got) < count:
            await asyncio.sleep(0.005)


async def test_what_the_relay_hands_over_comes_once_though_it_is_told_of_twice(db: Database) -> None:
    bus = LogBus(db)
    async with running(bus) as got:
        for first in range(0, 40, 4):
            await march(db, range(first, first + 4))
            await Relay(db, {}, moved=bus.hand_over, batch=3).drain()
        await until(got, 40)
        assert got == [(number + 1, number) for number in range(40)]
        assert bus.position == 40


async def test_what_is_not_handed_over_is_read_and_what_does_not_follow_is_left(db: Database) -> None:
    bus = LogBus(db)
    async with running(bus) as got:
        await march(db, range(3))
        await Relay(db, {}).drain()  # of another process
        handed: list[tuple[Sequence[OutboxRow], int]] = []
        await march(db, range(3, 6))
        await Relay(db, {}, moved=lambda rows, last: handed.append((rows, last))).drain()
        await until(got, 6)
        for rows, last in handed:  # late: they were read by then
            bus.hand_over(rows, last)
        await march(db, range(6, 7))
        await Relay(db, {}, moved=bus.hand_over).drain()
        await until(got, 7)
        assert got == [(number + 1, number) for number in range(7)]


async def test_whoever_leads_is_handed_its_own_and_finds_what_was_not(db: Database) -> None:
    bus = LogBus(db)
    bus.leads = lambda: True
    async with running(bus) as got:
        await march(db, range(4))
        await Relay(db, {}, moved=bus.hand_over, batch=3).drain()
        await until(got, 4)
        await march(db, range(4, 6))
        await Relay(db, {}).drain()  # notified of, and handed over by nobody
        await until(got, 6)
        assert got == [(number + 1, number) for number in range(6)]
