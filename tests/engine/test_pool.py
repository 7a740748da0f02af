"""Connections that are kept: the last used first, another when nobody comes back, none given before it is ready."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from tests.fixtures.cluster import TestDatabase
from torg.engine.pool import Connection, Pool
from torg.kernel.errors import Unavailable

LONG = 60.0
SHORT = 0.001


def pid(connection: Connection) -> int:
    return connection.info.backend_pid


async def test_the_one_used_last_is_used_next(fresh_database: TestDatabase) -> None:
    pool = Pool(fresh_database.conninfo("torg_app"), 1, 3, patience=SHORT)
    await pool.open()
    first, second = await pool.take(), await pool.take()
    assert pid(first) != pid(second), "another one is opened when the first does not come back"
    await pool.put(second)
    await pool.put(first)
    for _ in range(3):
        again = await pool.take()
        assert pid(again) == pid(first)
        await pool.put(again)
    await pool.close()


async def test_who_waits_gets_what_comes_back(fresh_database: TestDatabase) -> None:
    pool = Pool(fresh_database.conninfo("torg_app"), 1, 3, patience=LONG)
    await pool.open()
    held = await pool.take()
    waiting = [asyncio.create_task(pool.take()) for _ in range(2)]
    while pool.waiting < 2:
        await asyncio.sleep(0)
    await pool.put(held)
    assert await waiting[0] is held
    await pool.put(held)
    assert await waiting[1] is held
    assert pool.size == 1
    await pool.put(held)
    await pool.close()


async def test_nobody_waits_for_ever_and_nothing_is_lost_with_who_gives_up(fresh_database: TestDatabase) -> None:
    pool = Pool(fresh_database.conninfo("torg_app"), 1, 1)
    await pool.open()
    held = await pool.take()
    with pytest.raises(Unavailable):
        await pool.take(SHORT)
    gone = asyncio.create_task(pool.take())
    while not pool.waiting:
        await asyncio.sleep(0)
    await pool.put(held)  # it is given in the moment when the other ends
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await pool.take(SHORT) is held
    await pool.put(held)
    await pool.close()


async def test_beyond_the_room_one_is_sent_away_at_once_and_those_who_wait_are_served(
    fresh_database: TestDatabase,
) -> None:
    pool = Pool(fresh_database.conninfo("torg_app"), 1, 1, patience=LONG, room=2)
    await pool.open()
    held = await pool.take()
    waiting = [asyncio.create_task(pool.take(LONG)) for _ in range(2)]
    while pool.waiting < 2:
        await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(pool.take(LONG), LONG / 4)
    waiting[0].cancel()  # who has given up takes nobody's place
    await asyncio.wait(waiting[:1])
    later = asyncio.create_task(pool.take(LONG))
    while pool.waiting < 2:
        await asyncio.sleep(0)
    for one in (waiting[1], later):
        await pool.put(held)
        assert await one is held
    await pool.put(held)
    await pool.close()


async def test_what_is_lost_or_in_a_transaction_is_not_used_again(fresh_database: TestDatabase) -> None:
    pool = Pool(fresh_database.conninfo("torg_app"), 1, 1)
    await pool.open()
    open_ = await pool.take()
    gone = [pid(open_)]
    await open_.execute("BEGIN")
    await pool.put(open_)
    assert open_.closed
    cut = await pool.take()
    gone.append(pid(cut))
    with psycopg.connect(fresh_database.conninfo("torg_owner"), autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 5000)", (pid(cut),))
    with pytest.raises(psycopg.OperationalError):
        await cut.execute("SELECT 1")
    await pool.put(cut)
    whole = await pool.take()
    assert pid(whole) not in gone
    await whole.execute("SELECT 1")
    await pool.put(whole)
    await pool.close()


async def test_a_connection_is_ready_before_it_is_given(fresh_database: TestDatabase) -> None:
    made: list[Connection] = []

    async def ready(connection: Connection) -> None:
        await connection.execute("SELECT set_config('torg.ready', 'yes', false)")
        made.append(connection)

    pool = Pool(fresh_database.conninfo("torg_app"), 1, 4, ready=ready, patience=SHORT)
    await pool.open()
    connection = await pool.take()
    cursor = await connection.execute("SELECT current_setting('torg.ready')")
    assert await cursor.fetchone() == ("yes",)
    await pool.put(connection)
    await pool.spread(3)
    assert pool.size == 3
    assert set(made) >= {connection}
    assert len(set(made)) == 3
    await pool.close()


async def test_a_wrong_address_shows_and_a_closed_pool_sends_away(fresh_database: TestDatabase) -> None:
    wrong = Pool("host=/nowhere user=nobody", 1, 1)
    with pytest.raises(psycopg.OperationalError, match="nowhere"):
        await wrong.open(0.2)
    await wrong.close()
    pool = Pool(fresh_database.conninfo("torg_app"), 1, 1)
    await pool.open()
    held = await pool.take()
    waiting = asyncio.create_task(pool.take())
    while not pool.waiting:
        await asyncio.sleep(0)
    await pool.close()
    with pytest.raises(Unavailable):
        await waiting
    await pool.put(held)
    assert held.closed
    with pytest.raises(Unavailable):
        await pool.take()
