"""The relay: moves the outbox into the log in commit order, with every effect, in one transaction.

One relay is active per database, by an advisory lock on its own connection; the others stand by and take over
when that connection ends, however it ends. Effects that write to the database happen exactly once, since their
rows, the log and the emptied outbox commit together. Retention: `trim`, called by a periodic job.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import structlog

from torg.engine.effects import EffectRunner, Effects, OutboxRow
from torg.engine.outbox import wake
from torg.engine.postgres import Database, Tx, heed_cancelling
from torg.engine.postponed import Postponed

log = structlog.get_logger(__name__)

CHANNEL = "torg_events"
LOCK = 7_061_973
BATCH = 500
POLL = 0.1
FIRST_PAUSE = 0.002
MOST_PAUSE = 0.05
STANDBY = 0.5
BREATH, MOST_BREATH = 0.005, 0.1
ALONE, AMONG = 2, 5
"""Seconds from one batch to the next, unless more waits than a batch takes: what is committed meanwhile is moved
together, which costs hardly more than one event alone. So many times as long as the batch took, of one event or of
several, within these bounds, so that a busy machine makes larger batches and not more of them. After a rest, an event
is moved at once."""
RETRY_EVERY = 1.0
FIRST_STOCK = 250
"""Events after which tables that have grown are analysed, for the first time; then after twice as many, and so on."""
TRIM_AT_ONCE = 20_000
Moved = Callable[[Sequence[OutboxRow], int], None]
"""Called with the rows of a batch that is in the log by now, and the number of the last of them."""
# A batch that breaks the transaction as a whole is taken apart; after so many tries its event goes without effects.
PATIENCE = 4
STATEMENT_TIMEOUT = "30s"


class _Moved(OutboxRow, frozen=True, array_like=True):
    """A row of the outbox as `MOVE` tells it."""


_rows = msgspec.json.Decoder(list[_Moved]).decode


class Relay:
    """`await Relay(db, effects, ctx).run()` until cancelled. `ctx` is handed to every effect as it is."""

    def __init__(
        self,
        db: Database,
        effects: Effects,
        ctx: Any = None,
        *,
        batch: int = BATCH,
        postponed: Postponed | None = None,
        moved: Moved | None = None,
    ) -> None:
        self._db = db
        self._runner = EffectRunner(effects, ctx)
        self._postponed = postponed or Postponed({})
        self._most = batch
        self._limit = batch
        self._failures = 0
        self._moved = moved
        self._wake = asyncio.Event()
        self._moved_here, self._stock_at = 0, FIRST_STOCK
        self.leading = False

    async def run(self) -> None:
        """Stand by, lead, and start again after a lost connection, until cancelled."""
        while True:
            try:
                async with self._connection() as connection:
                    if await self._elected(connection):
                        await self._lead(connection)
            except psycopg.OperationalError as error:
                log.warning("relay lost its connection", error=str(error))
            finally:
                self.leading = False
            await asyncio.sleep(STANDBY)

    async def drain(self) -> int:
        """Relay what is there now and return how many events that was (commands and tests).

        Waits for another relay to let go, and for running transactions that could still come before the rows.
        """
        moved, pause = 0, FIRST_PAUSE
        async with self._connection() as connection:
            await connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
            await self._postponed.load(connection)
            while True:
                count, held = await self._guarded(connection)
                count += await self._postponed.catch_up(connection, self._runner)
                moved += count
                if not count and not held:
                    return moved
                if not count:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, MOST_PAUSE)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        connection = await psycopg.AsyncConnection.connect(
            self._db.system_conninfo, autocommit=True, application_name="torg relay"
        )
        async with connection:
            await connection.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
            # A session keeps its plans, also those of the checks of foreign keys: one that was made while a table had
            # a page or two would go through all of it for every key for as long as nobody analyses it (_grown).
            await connection.execute("SET enable_seqscan = off")
            yield connection

    async def _elected(self, connection: psycopg.AsyncConnection[Any]) -> bool:
        while True:
            heed_cancelling()
            row = await (await connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))).fetchone()
            if row and row[0]:
                return True
            await asyncio.sleep(STANDBY)

    async def _lead(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self.leading = True
        loop = asyncio.get_running_loop()
        sleep_no_more = wake.add(loop, self._wake)
        pause, next_retry, rested = FIRST_PAUSE, loop.time(), 0.0
        more = held = False
        await self._postponed.load(connection)
        try:
            while True:
                heed_cancelling()
                told = more or held or self._wake.is_set()
                self._wake.clear()
                began = loop.time()
                moved, held = await self._guarded(connection) if told or await _any(connection) else (0, False)
                if moved:
                    await self._grown(connection, moved)
                    ended = loop.time()
                    times = ALONE if moved == 1 else AMONG
                    rested = ended + min(max(BREATH, times * (ended - began)), MOST_BREATH)
                more = moved >= self._limit or await self._postponed.catch_up(connection, self._runner) > 0
                if loop.time() >= next_retry:
                    await self._retry(connection)
                    next_retry = loop.time() + RETRY_EVERY
                if moved or not held:
                    pause = FIRST_PAUSE
                if more:
                    continue
                if held:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, MOST_PAUSE)
                else:
                    await self._woken()
                    await asyncio.sleep(max(0.0, rested - loop.time()))
        finally:
            sleep_no_more()

    async def _woken(self) -> None:
        """Until a commit in this process, or the poll that finds the rows of other processes."""
        try:
            async with asyncio.timeout(POLL):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _grown(self, connection: psycopg.AsyncConnection[Any], moved: int) -> None:
        """Have tables analysed that were small a moment ago (migration 0331): all sessions plan anew then."""
        self._moved_here += moved
        if self._moved_here >= self._stock_at:
            self._stock_at *= 2
            await connection.execute("SELECT torg_take_stock()", prepare=False)

    async def _guarded(self, connection: psycopg.AsyncConnection[Any]) -> tuple[int, bool]:
        """A batch; if it fails as a whole, smaller ones, so that one bad event cannot hold up the others."""
        try:
            outcome = await self._batch(connection)
        except Exception as error:
            if connection.closed or connection.broken:
                raise
            self._failures += 1
            log.exception("relay batch failed", batch=self._limit, failures=self._failures)
            if self._limit == 1 and self._failures >= PATIENCE:
                await self._batch(connection, without_effects=error)
                self._failures, self._limit = 0, self._most
                return 1, True
            self._limit = 1
            await asyncio.sleep(MOST_PAUSE * self._failures)
            return 0, True
        if outcome[0] and self._failures:
            self._failures, self._limit = 0, self._most
        return outcome

    async def _batch(
        self, connection: psycopg.AsyncConnection[Any], *, without_effects: Exception | None = None
    ) -> tuple[int, bool]:
        """Relay up to `_limit` events. (How many, whether rows wait that a running transaction could precede.)"""
        apart = without_effects is not None or self._failures > 0
        try:
            return await self._move(connection, apart=apart, without_effects=without_effects)
        except Exception as error:
            if apart or connection.closed or connection.broken:
                raise
            log.info("relay batch is run again, effect by effect", error=repr(error))
            return await self._move(connection, apart=True)

    async def _move(
        self, connection: psycopg.AsyncConnection[Any], *, apart: bool, without_effects: Exception | None = None
    ) -> tuple[int, bool]:
        """Log, emptied outbox and effects in one transaction; then what waited for it, and `moved`."""
        tx = Tx(connection, None)
        async with connection.transaction():
            moved = await tx.one(MOVE, (self._limit, CHANNEL))
            assert moved is not None
            last, held = moved["last"], moved["held"]
            if moved["rows"] is None:
                return 0, held
            rows = _rows(moved["rows"])
            late = self._postponed.now()
            if without_effects is None:
                await self._runner.run(tx, rows, apart=apart, but=self._postponed.effects(late))
            else:
                await self._runner.give_up(tx, rows, without_effects)
            await self._postponed.note(tx, late, last - len(rows) + 1, rows[0].created_at)
        for call in tx.after:
            call()
        if self._moved is not None:
            self._moved(rows, last)
        return len(rows), held

    async def _retry(self, connection: psycopg.AsyncConnection[Any]) -> None:
        tx = Tx(connection, None)
        try:
            async with connection.transaction():
                await self._runner.retry(tx)
        except Exception:
            if connection.closed or connection.broken:
                raise
            log.exception("retrying effects failed")
            return
        for call in tx.after:
            call()


async def _any(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether anything waits: cheaper than a transaction, for when nobody in this process says so."""
    return bool(await Tx(connection, None).value("SELECT EXISTS (SELECT FROM outbox)"))


async def trim(tx: Tx, *, keep: timedelta = timedelta(days=7), most: int = TRIM_AT_ONCE) -> int:
    """Drop log rows older than `keep`; how many (call again while it is `most`). A system transaction.

    The newest row always stays, since the next number is counted from it, and so does what effects wait for.
    """
    return await tx.run(TRIM, {"keep": keep, "most": most})


async def lag(tx: Tx) -> dict[str, Any]:
    """For `torg doctor`: rows waiting, the age of the oldest in seconds, the newest number of the log."""
    return await tx.one(LAG) or {}


# Only rows that no running transaction can still precede are taken: what is read later then really is later. All of
# them come as one value, which costs a third of rows with columns.
MOVE = """
WITH gone AS (
    DELETE FROM outbox WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM outbox WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, id LIMIT %s))
    RETURNING *
), numbered AS MATERIALIZED (
    SELECT (SELECT coalesce(max(seq), 0) FROM event_log) + row_number() OVER (ORDER BY xid, id) AS seq, *
    FROM gone
), logged AS (
    INSERT INTO event_log (seq, org_id, network_id, kind, payload, created_at)
    SELECT seq, org_id, network_id, kind, payload, created_at FROM numbered
), told AS (
    SELECT json_agg(json_build_array(org_id, network_id, id, kind, payload, created_at) ORDER BY seq)::text AS rows,
        max(seq) AS last
    FROM numbered
)
SELECT rows, last,
    EXISTS (SELECT FROM outbox WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())) AS held,
    CASE WHEN last IS NOT NULL THEN pg_notify(%s, last::text) END
FROM told
"""

TRIM = """
DELETE FROM event_log WHERE seq IN (
    SELECT seq FROM event_log
    WHERE relayed_at < now() - %(keep)s::interval AND seq < (SELECT max(seq) FROM event_log)
    AND seq < (SELECT coalesce(min(next_seq), 9223372036854775807) FROM postponed_effects)
    ORDER BY seq LIMIT %(most)s)
"""

LAG = """
SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS oldest_seconds,
    (SELECT coalesce(max(seq), 0) FROM event_log) AS last_seq
FROM outbox
"""
