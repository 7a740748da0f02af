"""What waits, failed or is late, of one tenant: for the view of its administrators (`torg doctor` sees all)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from torg.engine import jobs
from torg.engine.jobs import Queue
from torg.engine.postgres import Tx


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    """Events that the relay has not taken yet, and the age of the oldest in seconds."""

    waiting: int = 0
    late_seconds: float = 0.0


class DeadJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that was given up, without what it was to do: that may be a mail with a secret link."""

    id: int
    kind: str
    attempts: int
    error: str | None
    created_at: datetime
    dead_at: datetime


class FailedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An effect that failed; `retry_at` None: given up."""

    id: int
    kind: str
    effect: str
    error: str
    attempts: int
    failed_at: datetime
    retry_at: datetime | None


class FailedCount(msgspec.Struct, frozen=True, kw_only=True):
    """Effects that failed: `given_up` wait for an administrator, `trying` are tried again by themselves."""

    given_up: int = 0
    trying: int = 0


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


TENANT = "org_id = %(org)s AND network_id = %(network)s"
ONE_JOB = "(%(id)s::bigint IS NULL OR id = %(id)s)"
ONE_EFFECT = "(%(id)s::bigint IS NULL OR id = %(id)s AND effect = %(effect)s)"


async def queues(tx: Tx) -> list[Queue]:
    """Each kind's numbers in the transaction's network."""
    return await tx.all(
        f"""SELECT kind, count(*) FILTER (WHERE worker IS NULL AND dead_at IS NULL) AS waiting,
                count(*) FILTER (WHERE worker IS NULL AND dead_at IS NULL AND run_at <= now()) AS due,
                count(*) FILTER (WHERE worker IS NOT NULL) AS running,
                count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead,
                coalesce(extract(epoch FROM now() - min(run_at)
                    FILTER (WHERE worker IS NULL AND dead_at IS NULL AND run_at <= now())), 0)::float AS late_seconds
            FROM jobs WHERE {TENANT} GROUP BY kind ORDER BY kind""",
        tenant(tx),
        as_=Queue,
    )


async def lag(tx: Tx) -> Lag:
    found = await tx.one(
        f"""SELECT count(*)::int AS waiting,
                coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS late_seconds
            FROM outbox WHERE {TENANT}""",
        tenant(tx),
        as_=Lag,
    )
    return found or Lag()


async def dead_jobs(tx: Tx, kind: str | None = None, limit: int = 100) -> list[DeadJob]:
    """Jobs that were given up, the latest first."""
    return await tx.all(
        f"""SELECT id, kind, attempts, error, created_at, dead_at FROM jobs WHERE {TENANT} AND dead_at IS NOT NULL
            AND (%(kind)s::text IS NULL OR kind = %(kind)s) ORDER BY dead_at DESC LIMIT %(most)s""",
        {**tenant(tx), "kind": kind, "most": limit},
        as_=DeadJob,
    )


async def failed_events(tx: Tx, limit: int = 100) -> list[FailedEvent]:
    """Effects that failed, the latest first."""
    return await tx.all(
        f"""SELECT id, kind, effect, error, attempts, failed_at, retry_at FROM dead_events WHERE {TENANT}
            ORDER BY failed_at DESC LIMIT %(most)s""",
        {**tenant(tx), "most": limit},
        as_=FailedEvent,
    )


async def retry_jobs(tx: Tx, kind: str, id_: int | None = None) -> int:
    """Let every dead job of a kind, or one of them, start anew with all its attempts; how many there were."""
    count = await tx.run(
        f"""UPDATE jobs j SET dead_at = NULL, attempts = 0, run_at = now(), key = NULL
            WHERE {TENANT} AND kind = %(kind)s AND dead_at IS NOT NULL AND {ONE_JOB}""",
        {**tenant(tx), "kind": kind, "id": id_},
    )
    tx.after_commit(jobs.wake)
    return count


async def drop_jobs(tx: Tx, kind: str, id_: int | None = None) -> int:
    """Forget every dead job of a kind, or one of them; how many there were."""
    return await tx.run(
        f"DELETE FROM jobs WHERE {TENANT} AND kind = %(kind)s AND dead_at IS NOT NULL AND {ONE_JOB}",
        {**tenant(tx), "kind": kind, "id": id_},
    )


async def retry_events(tx: Tx, id_: int | None = None, effect: str | None = None) -> int:
    """Let every effect that was given up, or that of one event, be tried again at once; how many there were."""
    return await tx.run(
        f"""UPDATE dead_events SET retry_at = clock_timestamp(), attempts = 0
            WHERE {TENANT} AND retry_at IS NULL AND {ONE_EFFECT}""",
        {**tenant(tx), "id": id_, "effect": effect},
    )


async def drop_events(tx: Tx, id_: int | None = None, effect: str | None = None) -> int:
    """Forget every effect that was given up, or that of one event: it never happens. How many there were."""
    return await tx.run(
        f"DELETE FROM dead_events WHERE {TENANT} AND retry_at IS NULL AND {ONE_EFFECT}",
        {**tenant(tx), "id": id_, "effect": effect},
    )


async def failed_count(tx: Tx) -> FailedCount:
    """How many effects failed, without reading them."""
    found = await tx.one(
        f"""SELECT count(*) FILTER (WHERE retry_at IS NULL)::int AS given_up,
                count(*) FILTER (WHERE retry_at IS NOT NULL)::int AS trying FROM dead_events WHERE {TENANT}""",
        tenant(tx),
        as_=FailedCount,
    )
    return found or FailedCount()
