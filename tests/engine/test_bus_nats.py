"""Processes told by NATS get every event once and in order, while NATS and the database's connections are killed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import nats
import psycopg
import pytest
from nats.aio.msg import Msg
from structlog.testing import capture_logs

from tests.fixtures.backends import Backend, nats_server, running
from tests.fixtures.cluster import TestDatabase
from torg.engine import outbox, relay
from torg.engine.backends import trouble_of_nats
from torg.engine.bus import Logged
from torg.engine.bus_nats import NatsBus
from torg.engine.postgres import Database
from torg.engine.relay import Relay
from torg.posts.events import PostPublished

BATCH = 20
EVENT = PostPublished(post_id=1, account_id=1, audience="everyone", listed=True, thread_id=1)


class Process:
    """What a process has of the bus: a database of its own, perhaps a relay, and what its reader got."""

    def __init__(self, database: TestDatabase, server: Backend, *, relays: bool) -> None:
        self.db = Database(database.conninfo("torg_app"), database.conninfo("torg_system"))
        self.bus = NatsBus(self.db, server.url)
        self.got: list[int] = []
        self._relay = Relay(self.db, {}) if relays else None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self.db.open()
        await self.bus.start()
        self.bus.subscribe(self._read)
        if self._relay is not None:
            moving = self._relay
            self.bus.leads = lambda: moving.leading
            self._tasks.append(asyncio.create_task(moving.run()))
        self._tasks.append(asyncio.create_task(self.bus.run()))

    async def _read(self, rows: Sequence[Logged]) -> None:
        self.got += [row.seq for row in rows]

    async def end(self) -> None:
        while self._tasks:  # one request to end may be lost (engine/postgres.heed_cancelling)
            for task in self._tasks:
                task.cancel()
            _, left = await asyncio.wait(self._tasks, timeout=1)
            self._tasks = list(left)
        await self.db.close()


async def until(question: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not question():
            await asyncio.sleep(0.02)


async def test_nothing_missed_and_nothing_twice(fresh_database: TestDatabase) -> None:
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(running(nats_server()))
        first, second, reader = (Process(fresh_database, server, relays=relays) for relays in (True, True, False))
        everyone = [first, second, reader]
        for process in everyone:
            stack.push_async_callback(process.end)
            await process.start()
        await until(lambda: all(process.bus.hears for process in everyone))
        sent = 0

        async def send(readers: Sequence[Process]) -> None:
            nonlocal sent
            for _ in range(BATCH):
                await write(reader.db)
                sent += 1
            await until(lambda: all(len(process.got) >= sent for process in readers))
            assert all(process.got == list(range(1, sent + 1)) for process in readers)

        await send(everyone)
        assert await trouble_of_nats(server.url) == ""
        with capture_logs() as said:
            server.kill()
            await until(lambda: not any(process.bus.hears for process in everyone))
            await send(everyone)
            await until(lambda: sum("without NATS" in line["event"] for line in said) == len(everyone))
        assert await trouble_of_nats(server.url) != ""
        server.start()
        await until(lambda: all(process.bus.hears for process in everyone))
        await send(everyone)
        cut(fresh_database)
        await send(everyone)
        leader, other = (first, second) if first.bus.leads() else (second, first)
        await leader.end()
        await send([other, reader])
        assert other.bus.leads()


async def test_a_relay_elsewhere_is_told_that_there_are_rows(
    fresh_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its poll, here ten minutes, is for messages that are lost."""
    monkeypatch.setattr(relay, "POLL", 600)
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(running(nats_server()))
        leader, other = (Process(fresh_database, server, relays=relays) for relays in (True, False))
        for process in (leader, other):
            stack.push_async_callback(process.end)
            await process.start()
        await until(lambda: leader.bus.hears and other.bus.hears and leader.bus.leads())
        heard = asyncio.Event()
        client = await nats.connect(server.url)
        stack.push_async_callback(client.close)

        async def hear(_: Msg) -> None:
            heard.set()

        (subject,) = {f"{process.bus._subject}.rows" for process in (leader, other)}
        await client.subscribe(subject, cb=hear)
        await client.flush()
        await write(other.db)  # all buses of this test hear the commit, the one without a relay tells of it
        await asyncio.wait_for(heard.wait(), 60)
        await until(lambda: leader.got == [1] and other.got == [1])
        async with other.db.system() as tx:  # as another machine would: no bell in this process
            await tx.run("INSERT INTO outbox (org_id, network_id, kind, payload) VALUES (1, 10, 'Forgotten', '{}')")
        await client.publish(subject, b"")
        await until(lambda: leader.got == [1, 2] and other.got == [1, 2])


async def write(db: Database) -> None:
    """One event, again on a new connection where the pool gave out one that was cut."""
    while True:
        try:
            async with db.system() as tx:
                await outbox.append(tx, EVENT, org_id=1, network_id=1)
        except psycopg.errors.AdminShutdown:
            continue
        return


def cut(database: TestDatabase) -> None:
    """Every connection to the database but this one."""
    with psycopg.connect(database.conninfo("torg_owner")) as owner:
        owner.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
