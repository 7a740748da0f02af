"""Reads from a real streaming replica: only while it has what the reader must see, else from the primary."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
from structlog.testing import capture_logs

from tests.fixtures.cluster import TestDatabase
from tests.fixtures.replica import Standby, pair
from tests.fixtures.town import running
from tests.flows.conftest import place_of_installation
from torg.engine import replica as replicas
from torg.engine.changes import Changes
from torg.engine.embedded import Embedded
from torg.engine.keys import gone, mine, whole
from torg.engine.migrate import migrate
from torg.engine.postgres import Database
from torg.engine.replica import Replica
from torg.engine.server import External
from torg.serve.app import all_routes

LEFT_OUT = "reads go to the primary: the replica is left out"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Embedded, Standby]]:
    with place_of_installation() as folder, pair(folder) as (primary, standby):
        yield primary, standby


@pytest.fixture
def replicated(servers: tuple[Embedded, Standby]) -> Iterator[tuple[TestDatabase, Standby]]:
    """A database of the test's own, migrated, on both."""
    primary, standby = servers
    made = TestDatabase(primary, f"r_{uuid4().hex[:12]}")
    primary.create_database(made.name)
    migrate(made.conninfo("torg_owner"))
    yield made, standby
    primary.drop_database(made.name)


async def until(question: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await question():
            await asyncio.sleep(0.02)


def followers(http: httpx2.AsyncClient, whose: int) -> Callable[[], Awaitable[list[str]]]:
    async def ask() -> list[str]:
        answer = await http.get(f"/api/v1/accounts/{whose}/followers")
        assert answer.status_code == 200, answer.text
        return [one["acct"] for one in answer.json()]

    return ask


async def test_what_one_did_is_seen_at_once_and_what_is_read_comes_from_the_replica(
    replicated: tuple[TestDatabase, Standby], tmp_path: Path
) -> None:
    database, standby = replicated
    async with running(database, tmp_path, replica_url=standby.url(database.name)) as town:
        replica = town.services.replica
        assert replica is not None
        anna_id, bjorn_id = (town.people[name, "square.example"] for name in ("anna", "bjorn"))
        async with (
            town.client(token=await town.token("anna")) as anna,
            town.client(token=await town.token("bjorn")) as bjorn,
            town.client() as visitor,
        ):
            annas, visitors = followers(anna, anna_id), followers(visitor, anna_id)

            async def from_there(ask: Callable[[], Awaitable[list[str]]]) -> bool:
                before = replica.reads
                await ask()
                return replica.reads > before

            await until(lambda: from_there(annas))
            await until(lambda: from_there(visitors))
            assert await visitors() == []
            standby.pause()
            try:
                assert (await bjorn.post(f"/api/v1/accounts/{anna_id}/follow")).status_code == 200
                before = replica.reads
                mine_ = (await bjorn.get(f"/api/v1/accounts/{bjorn_id}/following")).json()
                assert [one["acct"] for one in mine_] == ["anna"], "what one did oneself"
                assert await annas() == ["bjorn"], "what was done to one"
                assert replica.reads == before
            finally:
                standby.resume()
            await until(lambda: from_there(annas))
            assert await annas() == ["bjorn"]

            said = (await anna.post("/api/v1/statuses", json={"status": "hello"})).json()["id"]
            assert (await bjorn.post(f"/api/v1/statuses/{said}/favourite")).status_code == 200
            standby.pause()
            try:
                new = (await anna.post("/api/v1/statuses", json={"status": "new"})).json()["id"]
                answer = await visitor.get(f"/api/v1/statuses/{new}/favourited_by")
                assert answer.status_code == 200, "what the replica has not yet is asked of the primary"
                assert (await anna.delete(f"/api/v1/statuses/{said}")).status_code == 200
                before = replica.reads
                answer = await visitor.get(f"/api/v1/statuses/{said}/favourited_by")
                assert answer.status_code == 404, "a deletion holds at once, for all"
                assert replica.reads == before
            finally:
                standby.resume()
            await until(lambda: from_there(visitors))

            with capture_logs() as told:
                standby.kill()
                for _ in range(5):
                    assert await annas() == ["bjorn"], "the primary answers"

                async def left_out() -> bool:
                    assert await visitors() == ["bjorn"]
                    return any(line["event"] == LEFT_OUT for line in told)

                await until(left_out)
            standby.start()
            await until(lambda: from_there(annas))


async def test_routes_for_the_replica_only_read(
    replicated: tuple[TestDatabase, Standby], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is answered by it, where nothing can be written, with what the primary answers."""
    database, standby = replicated
    async with running(database, tmp_path, replica_url=standby.url(database.name)) as town:
        replica = town.services.replica
        assert replica is not None
        me = town.people["anna", "square.example"]
        async with town.client(token=await town.token("anna")) as anna:
            said = (await anna.post("/api/v1/statuses", json={"status": "hello #all"})).json()["id"]
            assert (await anna.post(f"/api/v1/statuses/{said}/bookmark")).status_code == 200
            paths = [route.path for route in all_routes() if route.replica]
            assert len(paths) > 5
            failures: list[Exception] = []
            monkeypatch.setattr(replica, "failed", failures.append)
            for path in paths:
                asked = path.replace("{id}", str(me if "/accounts/" in path else said))
                parameters = {"q": "hello"} if path.endswith("search") else {}

                async def from_there(asked: str = asked, parameters: dict[str, str] = parameters) -> bytes:
                    async with asyncio.timeout(60):
                        while True:
                            before = replica.reads
                            answer = await anna.get(asked, params=parameters)
                            assert answer.status_code == 200, (asked, answer.text)
                            assert failures == [], asked
                            if replica.reads > before:
                                return answer.content
                            await asyncio.sleep(0.02)

                got = await from_there()
                with monkeypatch.context() as alone:
                    alone.setattr(replica, "serves", lambda account: False)
                    assert (await anna.get(asked, params=parameters)).content == got, asked


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_who_was_touched_waits_until_the_replica_has_it(
    servers: tuple[Embedded, Standby], clock: Clock, tmp_path: Path
) -> None:
    primary, standby = servers
    register, of_another_process = Changes(), Changes()
    register.share(tmp_path)
    of_another_process.share(tmp_path)
    there = External(standby.url())
    db = Database(primary.conninfo("torg_app"), primary.conninfo("torg_system"))
    replica = Replica(db, there.conninfo("torg_app"), there.conninfo("torg_system"), register=register, clock=clock)
    await db.open()
    await replica.open()
    try:

        async def caught_up() -> None:
            """As the loop would, until it has all of before now."""
            clock.now += 0.1
            begun = clock.now

            async def so() -> bool:
                await replica.look()
                return replica._has >= begun

            await until(so)

        assert not replica.serves(7), "nothing is known yet"
        await caught_up()
        assert replica.serves(7)
        assert replica.serves(None)
        clock.now += 0.1
        register.touch([mine(7), 8])
        assert [replica.serves(who) for who in (7, 8, 9, None)] == [False, False, True, True]
        of_another_process.touch([9])
        assert [replica.serves(who) for who in (7, 8, 9, None)] == [False, False, False, True]
        await caught_up()
        assert [replica.serves(who) for who in (7, 8, 9, None)] == [True, True, True, True]
        clock.now += 0.1
        for for_all in (whole(1), gone(2)):
            register.touch([for_all])
            assert [replica.serves(who) for who in (7, None)] == [False, False], for_all
            await caught_up()
            clock.now += 0.1
        assert replica.serves(None)
        clock.now += replicas.LATEST + 0.1
        assert not replica.serves(None), "nobody has looked for too long"
        standby.pause()
        try:
            with psycopg.connect(primary.conninfo("torg_owner")) as owner:
                owner.execute("CREATE TABLE any_record (n int)")
            before = replica._has
            for _ in range(3):
                clock.now += 0.1
                await replica.look()
            assert replica._has == before
            assert not replica.serves(None), "it is behind"
        finally:
            standby.resume()
        await caught_up()
        assert replica.serves(None)
        clock.now += 0.1
        register.touch(range(1, replicas.TOLD_APART + 10))
        assert not replica.serves(999_999), "so many are not told apart"
    finally:
        await replica.close()
        await db.close()


@pytest.mark.parametrize(
    ("which", "why"), [("itself", "it is no replica (any more)"), ("another", "it is a replica of another database")]
)
async def test_what_is_no_replica_of_ours_is_never_read(
    servers: tuple[Embedded, Standby], fresh_database: TestDatabase, which: str, why: str
) -> None:
    primary, _ = servers
    info: Any = fresh_database.conninfo if which == "another" else primary.conninfo
    db = Database(primary.conninfo("torg_app"), primary.conninfo("torg_system"))
    replica = Replica(db, info("torg_app"), info("torg_system"), register=Changes())
    await db.open()
    await replica.open()
    try:
        with capture_logs() as told:
            assert await replica.trouble() == why
        assert not replica.serves(None)
        assert [line["error"] for line in told] == [why]
    finally:
        await replica.close()
        await db.close()


async def test_one_that_is_not_there_is_said_to_be(
    servers: tuple[Embedded, Standby], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicas, "PATIENCE", 0.2)
    primary, _ = servers
    nowhere = External("postgresql://127.0.0.1:1/torg")
    db = Database(primary.conninfo("torg_app"), primary.conninfo("torg_system"))
    replica = Replica(db, nowhere.conninfo("torg_app"), nowhere.conninfo("torg_system"), register=Changes())
    await db.open()
    await replica.open()
    try:
        assert await replica.trouble() == "it does not answer"
        assert not replica.serves(None)
    finally:
        await replica.close()
        await db.close()
