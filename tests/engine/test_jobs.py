"""Jobs: enqueued with their cause, done at least once, tried again, given up visibly."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.engine.parade import LEDGER
from tests.fixtures.cluster import TestDatabase
from torg.engine import jobs
from torg.engine.postgres import Database
from torg.engine.worker import Again, Context, GiveUp, Handling, Periodic, Worker, delay
from torg.kernel.actor import Scope

A = Scope(1, (10,))
B = Scope(2, (20,))


class Done:
    """A handler that remembers what it was given."""

    def __init__(self) -> None:
        self.payloads: list[Any] = []

    async def __call__(self, ctx: Context, payload: Any) -> None:
        self.payloads.append(payload)


async def put(db: Database, payload: Any, scope: Scope = A, **options: Any) -> None:
    async with db.tx(scope) as tx:
        await jobs.enqueue(tx, "toil", payload, **options)


async def due_now(db: Database) -> None:
    """Let every waiting job be due."""
    async with db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now() WHERE dead_at IS NULL")


async def test_a_job_is_done_once_with_its_payload_and_tenant(db: Database) -> None:
    seen: list[tuple[Scope, Any, int]] = []

    async def handler(ctx: Context, payload: Any) -> None:
        async with ctx.tx() as tx:
            seen.append((tx.scope, payload, ctx.job.attempts))

    await put(db, {"x": 1})
    await put(db, {"x": 2}, B)
    worker = Worker(db, {"toil": handler})
    assert await worker.drain() == 2
    assert await worker.drain() == 0
    assert sorted(seen, key=lambda entry: entry[0].org_id) == [(A, {"x": 1}, 1), (B, {"x": 2}, 1)]


async def test_a_job_of_a_rolled_back_transaction_does_not_exist(db: Database) -> None:
    async def fail() -> None:
        async with db.tx(A) as tx:
            await jobs.enqueue(tx, "toil", 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await Worker(db, {"toil": Done()}).drain() == 0


async def test_a_tenant_sees_and_writes_only_its_own_jobs(db: Database) -> None:
    await put(db, 1)
    async with db.tx(B) as tx:
        assert await tx.column("SELECT id FROM jobs") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.tx(B) as tx:
            await jobs.enqueue(tx, "toil", 1, org_id=1, network_id=10)


async def test_later_jobs_wait_for_their_time(db: Database) -> None:
    done = Done()
    await put(db, "later", run_at=timedelta(hours=1))
    await put(db, "now")
    worker = Worker(db, {"toil": done})
    await worker.drain()
    assert done.payloads == ["now"]
    await due_now(db)
    await worker.drain()
    assert done.payloads == ["now", "later"]


async def test_a_key_merges_waiting_jobs_into_the_newest_payload_and_the_earliest_time(db: Database) -> None:
    done = Done()
    await put(db, 1, key="k")
    await put(db, 2, key="k", run_at=timedelta(hours=1))
    await put(db, 3, key="other")
    await put(db, 4, B, key="k")
    await Worker(db, {"toil": done}).drain()
    assert sorted(done.payloads) == [2, 3, 4]


async def test_a_job_enqueued_under_the_key_of_a_running_one_is_done_after_it(db: Database) -> None:
    done: list[int] = []

    async def handler(ctx: Context, payload: int) -> None:
        done.append(payload)
        if payload == 1:
            await put(db, 2, key="k")
            raise ZeroDivisionError

    await put(db, 1, key="k")
    await Worker(db, {"toil": handler}).drain()
    assert done == [1, 2]
    async with db.system() as tx:
        assert await tx.value("SELECT count(*) FROM jobs") == 0, "the newer job stands for the failed one"


async def test_cancel_takes_back_a_waiting_job(db: Database) -> None:
    await put(db, 1, key="k", run_at=timedelta(hours=1))
    async with db.tx(A) as tx:
        assert await jobs.cancel(tx, "toil", "k") == 1
        assert await jobs.cancel(tx, "toil", "k") == 0


async def test_failures_are_tried_again_with_growing_waits_then_dead_and_can_be_redriven(db: Database) -> None:
    failing, attempts = True, 0

    async def handler(ctx: Context, payload: Any) -> None:
        nonlocal attempts
        attempts += 1
        if failing:
            raise ValueError("no\0 luck")

    worker = Worker(db, {"toil": Handling(run=handler, attempts=3)})
    await put(db, {"x": 1})
    waits = []
    for _ in range(3):
        assert await worker.drain() == 1
        assert await worker.drain() == 0, "not before its time"
        async with db.system() as tx:
            waits.append(await tx.value("SELECT run_at - now() FROM jobs"))
        await due_now(db)
    assert timedelta(0) < waits[0] < waits[1]
    async with db.system() as tx:
        (given_up,) = await jobs.dead(tx)
        assert "no luck" in (given_up.error or "")
        assert (await jobs.queues(tx))[0].dead == 1
    async with db.tx(B) as tx:
        assert not await jobs.retry(tx, given_up.id), "another organisation's job"
    failing = False
    async with db.system() as tx:
        assert await jobs.retry(tx, given_up.id)
    assert await worker.drain() == 1
    assert attempts == 4
    async with db.system() as tx:
        assert await jobs.dead(tx) == []


async def test_a_handler_may_choose_its_next_time_or_give_up(db: Database) -> None:
    async def handler(ctx: Context, payload: str) -> None:
        raise Again(timedelta(minutes=30)) if payload == "again" else GiveUp("gone for good")

    await put(db, "again")
    await put(db, "never")
    await Worker(db, {"toil": handler}).drain()
    async with db.system() as tx:
        wait = await tx.value("SELECT run_at - now() FROM jobs WHERE dead_at IS NULL")
        (given_up,) = await jobs.dead(tx)
    assert timedelta(minutes=29) < wait <= timedelta(minutes=30)
    assert given_up.payload == "never"


async def test_a_job_that_takes_too_long_fails(db: Database) -> None:
    async def handler(ctx: Context, payload: Any) -> None:
        await asyncio.sleep(60)

    await put(db, 1)
    await Worker(db, {"toil": Handling(run=handler, timeout=0.05, attempts=1)}).drain()
    async with db.system() as tx:
        (given_up,) = await jobs.dead(tx)
    assert "TimeoutError" in (given_up.error or "")


async def test_kinds_run_side_by_side_within_their_own_limits(db: Database) -> None:
    now: Counter[str] = Counter()
    most: Counter[str] = Counter()
    finished = 0

    async def handler(ctx: Context, payload: Any) -> None:
        nonlocal finished
        kind = ctx.job.kind
        now[kind] += 1
        most[kind] = max(most[kind], now[kind])
        await asyncio.sleep(0.02)
        now[kind] -= 1
        finished += 1

    async with db.tx(A) as tx:
        await jobs.enqueue_many(tx, "narrow", list(range(12)))
        await jobs.enqueue_many(tx, "wide", list(range(30)))
    worker = Worker(db, {"narrow": Handling(run=handler, concurrency=2), "wide": Handling(run=handler, concurrency=6)})
    task = asyncio.create_task(worker.run())
    async with asyncio.timeout(30):
        while finished < 42:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert most == {"narrow": 2, "wide": 6}


async def test_several_workers_share_the_work_without_doing_it_twice(db: Database) -> None:
    done = Done()
    async with db.tx(A) as tx:
        await jobs.enqueue_many(tx, "toil", list(range(200)))
    await asyncio.gather(*(Worker(db, {"toil": done}).drain() for _ in range(4)))
    assert sorted(done.payloads) == list(range(200))


async def test_periodic_jobs_run_once_a_period_however_many_workers_there_are(db: Database) -> None:
    done = Done()
    every = [Periodic(kind="tick", every=timedelta(hours=1))]
    tasks = [asyncio.create_task(Worker(db, {"tick": done}, periodic=every).run()) for _ in range(3)]
    await asyncio.sleep(1.5)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done.payloads == [None]
    with pytest.raises(ValueError, match="without a handler"):
        Worker(db, {}, periodic=every)


async def test_kill_9_of_workers_loses_no_job(db: Database, fresh_database: TestDatabase) -> None:
    async with await psycopg.AsyncConnection.connect(fresh_database.conninfo("torg_owner")) as connection:
        await connection.execute(LEDGER)
        await connection.execute("GRANT ALL ON ledger TO torg_system")
    chance = random.Random(7)
    async with db.tx(A) as tx:
        await jobs.enqueue_many(tx, "toil", [{"number": number} for number in range(400)])
    orphans = 0
    for _ in range(3):
        before = await holders(db)
        process = await start_worker(db)
        await until_claimed(db, before)
        await asyncio.sleep(chance.random() * 0.05)
        process.kill()
        await process.wait()
        async with db.system() as tx:
            orphans += await tx.value("SELECT count(*) FROM jobs WHERE worker IS NOT NULL")
    assert orphans > 0, "the test must have killed a worker with jobs in hand"
    process = await start_worker(db)
    async with asyncio.timeout(60):
        while True:
            async with db.system() as tx:
                if not await tx.value("SELECT count(*) FROM jobs"):
                    break
            await asyncio.sleep(0.05)
    process.terminate()
    await process.wait()
    async with db.system() as tx:
        assert await tx.value("SELECT count(DISTINCT number) FROM ledger") == 400


async def holders(db: Database) -> set[str]:
    """The numbers of the workers that have jobs in hand, dead ones among them."""
    async with db.system() as tx:
        return set(await tx.column("SELECT DISTINCT worker FROM jobs WHERE worker IS NOT NULL"))


async def until_claimed(db: Database, before: set[str]) -> None:
    """Until a worker has jobs in hand that had none `before` the newest one began."""
    async with asyncio.timeout(30):
        while not await holders(db) - before:
            await asyncio.sleep(0.01)


async def start_worker(db: Database) -> asyncio.subprocess.Process:
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.engine.labour", db.app_conninfo, db.system_conninfo,
        cwd=root, env={"PYTHONPATH": f"{root / 'src'}:{root}"}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


def test_waits_grow_and_stay_within_bounds() -> None:
    assert timedelta(seconds=4) < delay(1) < timedelta(seconds=6)
    assert delay(1) < delay(3) < delay(6)
    assert delay(60) <= timedelta(hours=6.5)
