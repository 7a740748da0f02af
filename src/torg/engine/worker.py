"""Does the jobs: claims what is due, runs handlers side by side, tries again with back-off, gives up visibly.

A worker is a session that holds an advisory lock under its own number. A job names the worker that runs it,
so the jobs of a worker that died, by SIGKILL or by losing its machine, are free as soon as its session ends.
"""

from __future__ import annotations

import asyncio
import secrets
import traceback
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import structlog

from torg.engine import jobs
from torg.engine.frame import Frame
from torg.engine.jobs import INSTALLATION, Job
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Scope
from torg.kernel.errors import Unavailable

log = structlog.get_logger(__name__)

LOCK_CLASS = 7_061_974
POLL = 0.5
RECOVER_EVERY = 3.0
GRACE = 10.0
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=6)


class Context(msgspec.Struct, frozen=True):
    """What a handler gets beside its payload: the services of the process, and the job it is doing."""

    services: Any
    db: Database
    job: Job

    @property
    def scope(self) -> Scope:
        """The tenant that enqueued the job."""
        return self.job.scope

    def tx(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction of the job's tenant; `ctx.db.system()` for jobs of the installation."""
        return self.db.tx(self.scope)


Handler = Callable[[Context, Any], Awaitable[None]]


class Handling(msgspec.Struct, frozen=True, kw_only=True):
    """How a kind is done. `concurrency` is per process, `timeout` in seconds."""

    run: Handler
    concurrency: int = 8
    attempts: int = 10
    timeout: float = 300.0


class Periodic(msgspec.Struct, frozen=True, kw_only=True):
    """A job of the installation that is enqueued once per period, however many workers and restarts there are."""

    kind: str
    every: timedelta
    payload: Any = None


class Again(Exception):
    """Raised by a handler that wants another attempt at a time of its own choosing (a Retry-After, say)."""

    def __init__(self, after: timedelta, why: str = "asked for another attempt") -> None:
        self.after = after
        super().__init__(why)


class GiveUp(Exception):
    """Raised by a handler for which another attempt makes no sense: the job is dead at once."""


def delay(attempts: int) -> timedelta:
    """The wait after the n-th failed attempt: 5 s doubled each time, at most 6 h, spread by a tenth."""
    base: timedelta = min(FIRST_DELAY * 2 ** min(attempts - 1, 20), LONGEST_DELAY)
    return base * (0.95 + secrets.randbelow(1000) / 10_000)


class Worker(Frame):
    """`await Worker(db, {"push.send": send}, services).run()` until cancelled."""

    def __init__(
        self,
        db: Database,
        handlers: Mapping[str, Handler | Handling],
        services: Any = None,
        *,
        periodic: Sequence[Periodic] = (),
        at_once: int = 16,
        held: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        """`held`: kinds that are not begun at the moment; their jobs wait."""
        super().__init__(db, name="worker", lock_class=LOCK_CLASS, waker=jobs.wake, poll=POLL, upkeep=RECOVER_EVERY)
        self._services = services
        self._kinds = {k: h if isinstance(h, Handling) else Handling(run=h) for k, h in handlers.items()}
        unknown = {task.kind for task in periodic} - set(self._kinds)
        if unknown:
            raise ValueError(f"periodic jobs without a handler: {sorted(unknown)}")
        self._periodic = periodic
        self._at_once = at_once
        self._held = held
        self._running: dict[asyncio.Task[None], str] = {}

    async def drain(self) -> int:
        """Do what is due now, one after another until none is left; how many (commands and tests)."""
        done = 0
        async with self._session():
            while claimed := await self._claim():
                for job in claimed:
                    await self._do(job, self._number)
                done += len(claimed)
        return done

    async def _round(self) -> bool:
        claimed = await self._claim()
        for job in claimed:
            task = asyncio.create_task(self._do(job, self._number), name=f"job {job.kind} {job.id}")
            self._running[task] = job.kind
            task.add_done_callback(self._ended)
        return bool(claimed)

    async def _upkeep(self) -> None:
        await self._recover()
        await self._schedule()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._wake.set()

    async def _claim(self) -> list[Job]:
        """Due jobs, as many as there are free places in all and for each kind."""
        counts = list(self._running.values())
        kinds, places, held = [], [], self._held()
        for kind, handling in self._kinds.items():
            if kind in held:
                continue
            free = min(handling.concurrency - counts.count(kind), self._at_once - len(counts))
            if free > 0:
                kinds.append(kind)
                places.append(free)
        if not kinds:
            return []
        async with self._db.system() as tx:
            params = {
                "worker": self._number,
                "kinds": kinds,
                "places": places,
                "most": self._at_once - len(counts),
            }
            return await tx.all(CLAIM, params, as_=Job)

    async def _do(self, job: Job, worker: int) -> None:
        handling = self._kinds[job.kind]
        failure: Exception | None = None
        try:
            async with asyncio.timeout(handling.timeout):
                await handling.run(Context(self._services, self._db, job), job.payload)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is kept with its job
            failure = error
        while True:
            try:
                async with self._db.system() as tx:
                    await self._settle(tx, job, worker, handling, failure)
                return
            except (psycopg.OperationalError, Unavailable) as error:
                log.warning("a job's outcome waits for the database", kind=job.kind, job=job.id, error=str(error))
                await asyncio.sleep(1)

    async def _settle(self, tx: Tx, job: Job, worker: int, handling: Handling, error: Exception | None) -> None:
        if error is None:
            await tx.run(DONE, (job.org_id, job.id, worker))
            return
        last = isinstance(error, GiveUp) or job.attempts >= handling.attempts
        wait = error.after if isinstance(error, Again) else delay(job.attempts)
        log.warning("job failed", kind=job.kind, job=job.id, attempt=job.attempts, dead=last, error=repr(error))
        text = "".join(traceback.format_exception(error, limit=-3))[-4000:].replace("\0", "")
        if last:
            await tx.run(BURY, {"error": text, "org": job.org_id, "id": job.id, "worker": worker})
        else:
            await put_back(tx, job.org_id, job.id, worker, wait, text)

    async def _recover(self) -> None:
        """Free the jobs of workers that are gone; one that takes its worker down again and again is given up."""
        async with self._db.system() as tx:
            for row in await tx.all(ORPHANS, {"class": LOCK_CLASS}):
                handling = self._kinds.get(row["kind"])
                if row["attempts"] >= (handling.attempts if handling else Handling.__struct_defaults__[1]):
                    await tx.run(BURY, {**row, "error": "its worker ended while doing it"})
                else:
                    await put_back(tx, row["org"], row["id"], row["worker"], timedelta(0), None)
                log.warning("job freed: its worker is gone", kind=row["kind"], job=row["id"])

    async def _schedule(self) -> None:
        if not self._periodic:
            return
        async with self._db.system() as tx:
            every = {task.kind: task.every for task in self._periodic}
            due = set(await tx.column(PERIODS, {"kinds": list(every), "every": list(every.values())}))
            for task in self._periodic:
                if task.kind in due:
                    await jobs.enqueue(
                        tx, task.kind, task.payload, key="periodic", org_id=INSTALLATION, network_id=INSTALLATION
                    )

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


async def put_back(tx: Tx, org_id: int, job_id: int, worker: int, wait: timedelta, error: str | None) -> None:
    """Let a job wait for its next attempt; if a newer one waits under its key, that one will do."""
    params = {"org": org_id, "id": job_id, "worker": worker, "wait": wait, "error": error}
    try:
        async with tx.savepoint():
            await tx.run(PUT_BACK, params)
    except psycopg.errors.UniqueViolation:
        await tx.run(DONE, (org_id, job_id, worker))


# One claim for all kinds: the numbered rows of each kind up to its free places, locked without waiting.
CLAIM = """
WITH due AS (
    SELECT j.org_id, j.id FROM unnest(%(kinds)s::text[], %(places)s::int[]) AS k (kind, places)
    CROSS JOIN LATERAL (
        SELECT org_id, id, run_at FROM jobs
        WHERE kind = k.kind AND worker IS NULL AND dead_at IS NULL AND run_at <= now()
        ORDER BY run_at, id LIMIT k.places FOR UPDATE SKIP LOCKED) j
    LIMIT %(most)s
)
UPDATE jobs SET worker = %(worker)s, attempts = jobs.attempts + 1 FROM due
WHERE jobs.org_id = due.org_id AND jobs.id = due.id
RETURNING jobs.org_id, jobs.network_id, jobs.id, jobs.kind, jobs.payload, jobs.key, jobs.attempts, jobs.created_at
"""

DONE = "DELETE FROM jobs WHERE org_id = %s AND id = %s AND worker = %s"

PUT_BACK = """
UPDATE jobs SET worker = NULL, run_at = now() + %(wait)s::interval, error = coalesce(%(error)s::text, error)
WHERE org_id = %(org)s AND id = %(id)s AND worker = %(worker)s
"""

BURY = """
UPDATE jobs SET worker = NULL, dead_at = now(), error = %(error)s
WHERE org_id = %(org)s AND id = %(id)s AND worker = %(worker)s
"""

ORPHANS = """
SELECT org_id AS org, id, kind, attempts, worker FROM jobs j
WHERE worker IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %(class)s::oid
    AND l.objid = j.worker::oid AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
LIMIT 200 FOR UPDATE SKIP LOCKED
"""

# All in one statement. Nothing is locked unless something is due; of two who find it so, the later looks again.
PERIODS = """
WITH t AS (SELECT * FROM unnest(%(kinds)s::text[], %(every)s::interval[]) AS t (kind, every))
INSERT INTO periodic_runs AS r (kind, ran_at)
SELECT t.kind, now() FROM t LEFT JOIN periodic_runs o ON o.kind = t.kind
WHERE o.kind IS NULL OR o.ran_at <= now() - t.every ORDER BY t.kind
ON CONFLICT (kind) DO UPDATE SET ran_at = now() WHERE r.ran_at <= now() - (SELECT t.every FROM t WHERE t.kind = r.kind)
RETURNING kind
"""
