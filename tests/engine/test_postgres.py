"""Transactions: the tenant, what waits for the commit, going on in a new one, and no silent loss."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.fixtures.cluster import TestDatabase
from torg.engine.postgres import Database
from torg.kernel.actor import Scope

SCOPE = Scope(1, (1,))
TENANT = "SELECT current_setting('torg.org', true) || '/' || current_setting('torg.networks', true)"


@pytest.fixture
async def db(fresh_database: TestDatabase) -> AsyncIterator[Database]:
    opened = Database(fresh_database.conninfo("torg_app"), fresh_database.conninfo("torg_system"), size=2)
    await opened.open()
    async with opened.system() as tx:
        await tx.run("INSERT INTO organisations (org_id, name) VALUES (1, 'One')")
    yield opened
    await opened.close()


async def names(db: Database) -> list[str]:
    async with db.system() as tx:
        return await tx.column("SELECT name FROM organisations ORDER BY name")


async def test_a_renewed_transaction_has_committed_and_keeps_its_tenant(db: Database) -> None:
    told: list[str] = []

    async def go_on_and_fail() -> None:
        async with db.tx(SCOPE) as tx:
            await tx.run("UPDATE organisations SET name = 'Two'")
            tx.after_commit(lambda: told.append("first"))
            await tx.renew()
            assert told == ["first"]
            assert await names(db) == ["Two"], "others see it at once"
            assert await tx.value(TENANT) == "1/{1}"
            await tx.run("UPDATE organisations SET name = 'Three'")
            tx.after_commit(lambda: told.append("second"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await go_on_and_fail()
    assert await names(db) == ["Two"], "what came after is rolled back alone"
    assert told == ["first"]


async def test_a_swallowed_error_is_not_acknowledged(db: Database) -> None:
    async def swallow() -> None:
        async with db.tx(SCOPE) as tx:
            await tx.run("UPDATE organisations SET name = 'Two'")
            with pytest.raises(psycopg.errors.DivisionByZero):
                await tx.value("SELECT 1/0")

    with pytest.raises(RuntimeError, match="swallowed"):
        await swallow()
    assert await names(db) == ["One"]
    async with db.tx(SCOPE) as tx:
        assert await tx.value("SELECT name FROM organisations") == "One", "the connection is usable again"


async def test_a_failed_part_in_a_savepoint_leaves_the_rest(db: Database) -> None:
    async with db.tx(SCOPE) as tx:
        await tx.run("UPDATE organisations SET name = 'Two'")
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with tx.savepoint():
                await tx.value("SELECT 1/0")
    assert await names(db) == ["Two"]


async def test_connections_that_were_cut_in_the_pool_are_left_for_the_next(fresh_database: TestDatabase) -> None:
    db = Database(fresh_database.conninfo("torg_app"), fresh_database.conninfo("torg_system"))
    await db.open()
    try:
        async with db.system() as first, db.system() as second:
            pids = [await tx.value("SELECT pg_backend_pid()") for tx in (first, second)]
        with psycopg.connect(fresh_database.conninfo("torg_owner"), autocommit=True) as owner:
            for pid in pids:
                owner.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        async with db.system() as tx:
            assert await tx.value("SELECT pg_backend_pid()") not in pids
    finally:
        await db.close()


async def test_a_transaction_is_gone_when_nobody_has_it_any_more(db: Database) -> None:
    gc.disable()
    try:
        async with db.tx(SCOPE) as tx:
            await tx.run("UPDATE organisations SET name = 'Two'")
            inner = tx.within(SCOPE)
            await inner.run("UPDATE organisations SET name = 'Three'")
            gone = [weakref.ref(tx), weakref.ref(inner)]
        del tx, inner
        assert [one() for one in gone] == [None, None], "no ring that waits for a collection of garbage"
    finally:
        gc.enable()
