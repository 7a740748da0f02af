"""Nothing written is lost, doubled or reordered between a commit and the log."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.engine.parade import EFFECTS, LEDGER, Marched, Stumbled
from tests.fixtures.cluster import TestDatabase
from torg.engine import effects, outbox, relay
from torg.engine.effects import Batch, Effects, Happened, Meta
from torg.engine.postgres import Database, Tx
from torg.engine.relay import Relay
from torg.kernel.actor import Scope

A = Scope(1, (10,))
B = Scope(2, (20,))


@pytest.fixture
async def ledger(fresh_database: TestDatabase) -> None:
    async with await psycopg.AsyncConnection.connect(fresh_database.conninfo("torg_owner")) as connection:
        await connection.execute(LEDGER)
        await connection.execute("GRANT ALL ON ledger TO torg_system, torg_app")


async def march(db: Database, numbers: range, scope: Scope = A) -> None:
    for number in numbers:
        async with db.tx(scope) as tx:
            await outbox.append(tx, Marched(number))


async def logged(db: Database) -> list[dict[str, Any]]:
    async with db.system() as tx:
        return await tx.all("SELECT seq, org_id, network_id, kind, payload FROM event_log ORDER BY seq")


async def test_events_are_logged_in_commit_order_without_gaps(db: Database) -> None:
    await march(db, range(3))
    await march(db, range(3, 5), B)
    assert await Relay(db, {}).drain() == 5
    await march(db, range(5, 6))
    assert await Relay(db, {}).drain() == 1
    rows = await logged(db)
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row["payload"]["number"] for row in rows] == [0, 1, 2, 3, 4, 5]
    assert [row["org_id"] for row in rows] == [1, 1, 1, 2, 2, 1]


async def test_a_rolled_back_event_never_happened(db: Database) -> None:
    async def fail() -> None:
        async with db.tx(A) as tx:
            await outbox.append(tx, Marched(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await Relay(db, {}).drain() == 0


async def test_a_tenant_cannot_write_events_of_another(db: Database) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.tx(A) as tx:
            await outbox.append(tx, Marched(1), org_id=2, network_id=20)


async def test_a_late_commit_of_a_lower_id_is_not_lost_nor_overtaken(db: Database) -> None:
    async with db.tx(A) as slow:
        await outbox.append(slow, Marched(1, late=True))
        await march(db, range(2, 4))
        relaying = asyncio.create_task(Relay(db, {}).drain())
        await asyncio.sleep(0.2)
        assert not relaying.done()
        assert await logged(db) == []
    await relaying
    assert [row["payload"]["number"] for row in await logged(db)] == [1, 2, 3]


async def test_effects_and_log_are_one_commit_and_later_events_see_effects_of_earlier_ones(
    db: Database, ledger: None
) -> None:
    seen: list[int] = []

    async def count(tx: Tx, ctx: object, event: Marched, meta: Meta) -> None:
        seen.append(await tx.value("SELECT count(*) FROM ledger"))
        await tx.run("INSERT INTO ledger VALUES (%s, %s)", (meta.id, event.number))
        assert tx.scope == Scope(meta.org_id, (meta.network_id,))

    await march(db, range(4))
    await Relay(db, {Marched: [count]}).drain()
    assert seen == [0, 1, 2, 3]


async def relayable(db: Database, count: int) -> None:
    """Wait until no transaction of this cluster (other tests' too) could still precede the rows."""
    ready = "SELECT count(*) FROM outbox WHERE xid < pg_snapshot_xmin(pg_current_snapshot())"
    async with asyncio.timeout(60):
        while True:
            async with db.system() as tx:
                if await tx.value(ready) == count:
                    return
            await asyncio.sleep(0.01)


async def test_batch_effects_get_neighbours_of_one_kind_and_network_together(db: Database) -> None:
    batches: list[list[int]] = []

    async def together(tx: Tx, ctx: str, happened: list[Happened]) -> None:
        assert ctx == "services"
        batches.append([one.event.number for one in happened])

    await march(db, range(3))
    await march(db, range(3, 4), B)
    await march(db, range(4, 6))
    await relayable(db, 6)
    await Relay(db, {Marched: [Batch(together)]}, "services").drain()
    assert batches == [[0, 1, 2], [3], [4, 5]]


async def test_an_effect_gets_the_events_that_concern_it_by_themselves_or_by_its_condition(db: Database) -> None:
    got: dict[str, list[int]] = {"odd": [], "never": [], "for all": []}

    def taking(name: str) -> Any:
        async def take(tx: Tx, ctx: object, happened: list[Happened]) -> None:
            got[name] += [one.event.number for one in happened]

        take.__qualname__ = name
        return take

    def odd(event: Marched) -> bool:
        return event.number % 2 == 1

    never = "EXISTS (SELECT FROM accounts WHERE id = ANY(%(people)s) AND org_id = %(org)s)"
    table: Effects = {
        Marched: [
            Batch(taking("odd"), among=odd, where=never),
            Batch(taking("never"), where=never),
            Batch(taking("for all"), among=odd, where="%(network)s = 10"),
        ]
    }
    await march(db, range(4))
    await relayable(db, 4)
    await Relay(db, table).drain()
    assert got == {"odd": [1, 3], "never": [], "for all": [0, 1, 2, 3]}


async def test_a_batch_in_which_an_effect_fails_is_run_again_and_only_the_culprit_is_left_out(
    db: Database, ledger: None
) -> None:
    runs: list[list[int]] = []

    async def write(tx: Tx, ctx: object, happened: list[Happened]) -> None:
        runs.append([one.event.number for one in happened])
        for one in happened:
            await tx.run("INSERT INTO ledger VALUES (%s, %s)", (one.meta.id, 100 // (2 - one.event.number)))

    await march(db, range(4))
    await relayable(db, 4)
    await Relay(db, {Marched: [Batch(write)]}).drain()
    assert runs == [[0, 1, 2, 3], [0, 1, 2, 3], [0], [1], [2], [3]], "together, in a savepoint, one by one"
    assert await numbers(db) == [-100, 50, 100]
    assert len(await logged(db)) == 4


async def test_a_failing_effect_holds_up_nothing_and_is_tried_again_until_it_is_dead(
    db: Database, ledger: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumbling = True

    async def stumble(tx: Tx, ctx: object, event: Stumbled, meta: Meta) -> None:
        await tx.run("INSERT INTO ledger VALUES (%s, %s)", (meta.id, event.number))
        if stumbling and event.number == 2:
            raise ZeroDivisionError("fell over")

    table: Effects = {Stumbled: [stumble], Marched: EFFECTS[Marched]}
    async with db.tx(A) as tx:
        await outbox.append_all(tx, [Stumbled(1), Stumbled(2), Stumbled(3), Marched(4)])
    assert await Relay(db, table, 0).drain() == 4
    assert await numbers(db) == [1, 3, 4]
    runner = effects.EffectRunner(table, 0)
    for _ in range(effects.MOST_ATTEMPTS - 1):
        async with db.system() as tx:
            (failure,) = await effects.failures(tx)
            assert "fell over" in failure.error
            assert failure.retry_at is not None
            assert await runner.retry(tx) == 0, "not before its time"
            await tx.run("UPDATE dead_events SET retry_at = now() - interval '1 second'")
            assert await runner.retry(tx) == 1
    async with db.system() as tx:
        (failure,) = await effects.failures(tx, dead_only=True)
        assert failure.attempts == effects.MOST_ATTEMPTS
        assert await effects.redrive(tx, 1, failure.id) == 1
    stumbling = False
    async with db.system() as tx:
        assert await runner.retry(tx) == 1
        assert await effects.failures(tx) == []
    assert await numbers(db) == [1, 2, 3, 4]


async def numbers(db: Database) -> list[int]:
    async with db.system() as tx:
        return sorted(await tx.column("SELECT number FROM ledger"))


async def test_an_effect_that_spoils_the_commit_itself_stops_only_its_own_event(
    db: Database, ledger: None, fresh_database: TestDatabase
) -> None:
    async with await psycopg.AsyncConnection.connect(fresh_database.conninfo("torg_owner")) as connection:
        await connection.execute("ALTER TABLE ledger ADD CONSTRAINT once UNIQUE (number) DEFERRABLE INITIALLY DEFERRED")
    async with db.tx(A) as tx:
        await outbox.append_all(tx, [Marched(1), Marched(1), Marched(2)])
    await Relay(db, EFFECTS, 0).drain()
    assert await numbers(db) == [1, 2]
    assert len(await logged(db)) == 3
    async with db.system() as tx:
        assert len(await effects.failures(tx, dead_only=True)) == 1


async def test_an_unknown_kind_is_logged_and_reported(db: Database) -> None:
    async with db.system() as tx:
        await tx.run("INSERT INTO outbox (org_id, network_id, kind, payload) VALUES (1, 10, 'Forgotten', '{}')")
    await Relay(db, {}).drain()
    assert [row["kind"] for row in await logged(db)] == ["Forgotten"]
    async with db.system() as tx:
        (failure,) = await effects.failures(tx)
    assert failure.effect == "decode"


async def test_the_relay_is_woken_by_commits_and_a_second_one_takes_over(db: Database, ledger: None) -> None:
    first, second = Relay(db, EFFECTS, 0), Relay(db, EFFECTS, 0)
    tasks = [asyncio.create_task(first.run())]
    await until(lambda: first.leading)
    tasks.append(asyncio.create_task(second.run()))
    await march(db, range(50))
    await until_logged(db, 50)
    assert not second.leading
    tasks[0].cancel()
    await asyncio.gather(tasks[0], return_exceptions=True)
    await march(db, range(50, 60))
    await until_logged(db, 60)
    assert second.leading
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await numbers(db) == list(range(60))


async def until(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def until_logged(db: Database, count: int) -> None:
    async with asyncio.timeout(60):
        while len(await logged(db)) < count:
            await asyncio.sleep(0.02)


async def test_notify_is_sent_once_a_batch_with_the_newest_number(db: Database) -> None:
    listener = await db.listen(relay.CHANNEL)
    async with listener:
        await march(db, range(7))
        await Relay(db, {}).drain()
        heard = [n.payload async for n in listener.notifies(timeout=30, stop_after=1)]
        heard += [n.payload async for n in listener.notifies(timeout=0.2)]
    assert heard == ["7"]


async def test_kill_9_in_mid_batch_loses_and_doubles_nothing(db: Database, ledger: None) -> None:
    """Writers go on while relays are killed at random moments; in the end each event has one effect and one row."""
    total, writers = 600, 4
    chance = random.Random(4)

    async def write(offset: int) -> None:
        for number in range(offset, total, writers):
            async with db.tx(A if number % 2 else B) as tx:
                await outbox.append(tx, Marched(number))
                await asyncio.sleep(chance.random() * 0.01)

    async def kill_again_and_again() -> int:
        deaths = 0
        while not all(task.done() for task in writing):
            process = await start_relay(db)
            await asyncio.sleep(0.05 + chance.random() * 0.3)
            process.kill()
            await process.wait()
            deaths += 1
        return deaths

    writing = [asyncio.create_task(write(offset)) for offset in range(writers)]
    deaths = await kill_again_and_again()
    await asyncio.gather(*writing)
    await Relay(db, EFFECTS, 0).drain()
    rows = await logged(db)
    assert deaths >= 2
    assert [row["seq"] for row in rows] == list(range(1, total + 1))
    assert sorted(row["payload"]["number"] for row in rows) == list(range(total))
    assert await numbers(db) == list(range(total))
    for offset in range(writers):
        mine = [row["payload"]["number"] for row in rows if row["payload"]["number"] % writers == offset]
        assert mine == sorted(mine), "each writer's own order is kept"
    async with db.system() as tx:
        assert await tx.value("SELECT count(*) FROM jobs") == total
        assert await tx.value("SELECT count(*) FROM outbox") == 0


async def start_relay(db: Database) -> asyncio.subprocess.Process:
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.engine.parade", db.app_conninfo, db.system_conninfo,
        cwd=root, env={"PYTHONPATH": f"{root / 'src'}:{root}"}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def test_trimming_keeps_the_newest_row_so_that_numbers_go_on(db: Database) -> None:
    await march(db, range(5))
    await Relay(db, {}).drain()
    async with db.system() as tx:
        await tx.run("UPDATE event_log SET relayed_at = now() - interval '8 days'")
        assert await relay.trim(tx) == 4
        assert (await relay.lag(tx))["last_seq"] == 5
    await march(db, range(1))
    await Relay(db, {}).drain()
    assert [row["seq"] for row in await logged(db)] == [5, 6]


async def test_tables_that_have_grown_are_analysed_once(db: Database) -> None:
    """Of a table that nobody has analysed, the planner believes that one network has hardly any rows."""
    fill = """INSERT INTO event_log (seq, org_id, network_id, kind, payload, created_at)
              SELECT n, 1, 2, 'Nothing', '{}', now() FROM generate_series(1, 3000) AS n"""
    known = "SELECT reltuples FROM pg_class WHERE oid = 'event_log'::regclass"
    async with db.system() as tx:
        await tx.run(fill)
    async with db.system() as tx:
        assert await tx.value(known) <= 0
        assert await tx.value("SELECT torg_take_stock()") >= 1
        assert await tx.value(known) == 3000
        assert await tx.value("SELECT torg_take_stock()") == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.tx(Scope(1, (2,))) as tx:
            await tx.run("SELECT torg_take_stock()")
