"""Plans: a refusal does not cost a connection its own, and a new connection makes those of the others."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.fixtures.cluster import TestDatabase
from torg.engine.postgres import Database, Tx
from torg.engine.steady import Learnt
from torg.kernel.actor import Scope

SCOPE = Scope(1, (1,))
NAMES = "SELECT name FROM organisations WHERE org_id = %(org)s"
PLANNED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s AND generic_plans > 0"


@pytest.fixture
async def db(fresh_database: TestDatabase) -> AsyncIterator[Database]:
    opened = Database(fresh_database.conninfo("torg_app"), fresh_database.conninfo("torg_system"), size=2)
    await opened.open()
    async with opened.system() as tx:
        await tx.run("INSERT INTO organisations (org_id, name) VALUES (1, 'One')")
    yield opened
    await opened.close()


async def planned(tx: Tx) -> int:
    found: int = await tx.value(PLANNED, ("SELECT name FROM organisations%",))
    return found


def twice(learnt: Learnt, sql: str) -> None:
    for _ in range(2):
        learnt.note(sql, None)


async def test_what_was_planned_outlives_a_refusal(db: Database) -> None:
    async def read_and_fail() -> None:
        async with db.tx(SCOPE, steady=True) as tx:
            assert await tx.value(NAMES, {"org": 1}) == "One"
            with pytest.raises(psycopg.errors.DivisionByZero):
                async with tx.savepoint():
                    await tx.value("SELECT 1/0")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await read_and_fail()
    async with db.tx(SCOPE) as tx:
        assert await planned(tx) == 1


async def test_a_new_connection_plans_what_the_others_have_planned(db: Database) -> None:
    for _ in range(2):
        async with db.tx(SCOPE, steady=True) as tx:
            assert await tx.value(NAMES, {"org": 1}) == "One"
    await db.ready()
    async with db.tx(SCOPE) as first, db.tx(SCOPE) as second:
        pids = {await tx.value("SELECT pg_backend_pid()") for tx in (first, second)}
        assert len(pids) == 2
        assert [await planned(tx) for tx in (first, second)] == [1, 1]


async def test_only_reads_are_learnt_and_they_are_planned_without_a_tenant(fresh_database: TestDatabase) -> None:
    learnt = Learnt()
    for act in (
        "UPDATE organisations SET name = 'X'", "WITH x AS (DELETE FROM organisations RETURNING 1) SELECT * FROM x",
        "SELECT 1 FROM organisations FOR UPDATE", "SELECT nextval('node_numbers')",
    ):  # fmt: skip
        twice(learnt, act)
    assert len(learnt) == 0
    learnt.note("SELECT read, only, once FROM organisations", None)
    assert len(learnt) == 0
    twice(learnt, "SELECT 1/count(*) FROM organisations")  # fails only where there is no row to be seen
    twice(learnt, "SELECT count(*) FROM organisations")
    with psycopg.connect(fresh_database.conninfo("torg_owner"), autocommit=True) as owner:
        owner.execute("INSERT INTO organisations (org_id, name) VALUES (1, 'One')")
    app = fresh_database.conninfo("torg_app")
    async with await psycopg.AsyncConnection.connect(app, autocommit=True) as connection:
        await learnt.plan(connection)
        assert len(learnt) == 1, "row security showed no row, so the first one failed and is not tried again"
        cursor = await connection.execute("SELECT statement FROM pg_prepared_statements")
        assert ("SELECT count(*) FROM organisations",) in await cursor.fetchall()
    twice(learnt, "SELECT 1/count(*) FROM organisations")
    assert len(learnt) == 1
