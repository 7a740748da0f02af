"""Jobs: work put down with what asks for it, in one commit, and done later, at least once.

`await jobs.enqueue(tx, "push.send", {"id": 7})` here, `Worker` (worker.py) there. Handlers must be idempotent.
Why not PgQueuer: docs/decisions/0002-jobs.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from torg.engine.outbox import Waker, tenant
from torg.engine.postgres import Tx, json
from torg.kernel.actor import Scope

P = TypeVar("P")

INSTALLATION = 0
"""Stands for organisation and network in jobs of the installation itself."""

wake = Waker()


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed job. `attempts` counts this one too."""

    org_id: int
    network_id: int
    id: int
    kind: str
    payload: Any
    key: str | None
    attempts: int
    created_at: datetime

    @property
    def scope(self) -> Scope:
        """The tenant that enqueued it; a job of the installation has none."""
        if self.org_id == INSTALLATION:
            raise RuntimeError(f"job {self.kind} belongs to the installation, not to an organisation")
        return Scope(self.org_id, (self.network_id,))

    def read(self, type_: type[P]) -> P:
        """The payload as a struct."""
        return msgspec.convert(self.payload, type_)


class DeadJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that was given up; `jobs.retry` lets it start anew."""

    org_id: int
    network_id: int
    id: int
    kind: str
    payload: Any
    attempts: int
    error: str | None
    created_at: datetime
    dead_at: datetime


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """One kind's numbers, for `torg doctor`. `late_seconds`: how long the oldest due job has been waiting."""

    kind: str
    waiting: int
    due: int
    running: int
    dead: int
    late_seconds: float


async def enqueue(
    tx: Tx,
    kind: str,
    payload: Any = None,
    *,
    run_at: datetime | timedelta | None = None,
    key: str | None = None,
    org_id: int | None = None,
    network_id: int | None = None,
) -> None:
    """Put a job down in the caller's transaction. `payload`: a struct or anything that JSON holds.

    `run_at`: a moment, or from now. With a `key`, a job of the kind that waits under it already takes the new
    payload and keeps the earlier of the two times; one that is running does not count, since it may have
    looked before this change. A system transaction names the organisation, or 0 for the installation.
    """
    org_id, network_id = tenant(tx, org_id, network_id)
    await tx.run(
        ENQUEUE,
        {
            "org": org_id,
            "network": network_id,
            "kind": kind,
            "payload": json(payload),
            "key": key,
            "at": run_at if isinstance(run_at, datetime) else None,
            "wait": run_at if isinstance(run_at, timedelta) else timedelta(0),
        },
    )
    tx.after_commit(wake)


async def enqueue_many(
    tx: Tx, kind: str, payloads: Sequence[Any], *, org_id: int | None = None, network_id: int | None = None
) -> None:
    """Many jobs of a kind, due now, in one statement."""
    org_id, network_id = tenant(tx, org_id, network_id)
    if payloads:
        await tx.run(ENQUEUE_MANY, (org_id, network_id, kind, [json(payload) for payload in payloads]))
        tx.after_commit(wake)


async def hasten(
    tx: Tx, kind: str, keys: Sequence[str], *, org_id: int | None = None, network_id: int | None = None
) -> int:
    """Let the waiting jobs with these keys run at once; how many there were. None is made that was not there."""
    done = await tx.run(HASTEN, (*tenant(tx, org_id, network_id), kind, list(keys)))
    if done:
        tx.after_commit(wake)
    return done


async def cancel(tx: Tx, kind: str, key: str, *, org_id: int | None = None, network_id: int | None = None) -> int:
    """Take back the waiting job with this key; how many there were (0 or 1)."""
    return await tx.run(CANCEL, (*tenant(tx, org_id, network_id), kind, key))


async def dead(tx: Tx, *, kind: str | None = None, limit: int = 100) -> list[DeadJob]:
    """Jobs that were given up, the latest first; a system transaction sees those of all organisations."""
    return await tx.all(DEAD, {"kind": kind, "most": limit}, as_=DeadJob)


async def retry(tx: Tx, job_id: int, *, org_id: int | None = None) -> bool:
    """Let a dead job start anew, with all its attempts; whether there was one."""
    done = await tx.run(RETRY, {"id": job_id, "org": org_id})
    tx.after_commit(wake)
    return done > 0


async def queues(tx: Tx) -> list[Queue]:
    """Each kind's numbers (system transaction)."""
    return await tx.all(QUEUES, as_=Queue)


ENQUEUE = """
INSERT INTO jobs (org_id, network_id, kind, payload, key, run_at)
VALUES (%(org)s, %(network)s, %(kind)s, %(payload)s, %(key)s,
    coalesce(%(at)s::timestamptz, now() + %(wait)s::interval))
ON CONFLICT (org_id, network_id, kind, key) WHERE key IS NOT NULL AND worker IS NULL AND dead_at IS NULL
DO UPDATE SET payload = EXCLUDED.payload, run_at = least(jobs.run_at, EXCLUDED.run_at)
"""

ENQUEUE_MANY = """
INSERT INTO jobs (org_id, network_id, kind, payload) SELECT %s, %s, %s, p FROM unnest(%s::jsonb[]) AS p
"""

HASTEN = """
UPDATE jobs SET run_at = now() WHERE org_id = %s AND network_id = %s AND kind = %s AND key = ANY (%s)
    AND worker IS NULL AND dead_at IS NULL AND attempts = 0 AND run_at > now()
"""

CANCEL = """
DELETE FROM jobs WHERE org_id = %s AND network_id = %s AND kind = %s AND key = %s
    AND worker IS NULL AND dead_at IS NULL
"""

DEAD = """
SELECT org_id, network_id, id, kind, payload, attempts, error, created_at, dead_at FROM jobs
WHERE dead_at IS NOT NULL AND (%(kind)s::text IS NULL OR kind = %(kind)s) ORDER BY dead_at DESC LIMIT %(most)s
"""

RETRY = """
UPDATE jobs j SET dead_at = NULL, attempts = 0, run_at = now(), key = CASE WHEN EXISTS (
        SELECT FROM jobs o WHERE o.org_id = j.org_id AND o.network_id = j.network_id AND o.kind = j.kind
        AND o.key = j.key AND o.worker IS NULL AND o.dead_at IS NULL) THEN NULL ELSE j.key END
WHERE id = %(id)s AND dead_at IS NOT NULL AND (%(org)s::bigint IS NULL OR org_id = %(org)s)
"""

QUEUES = """
SELECT kind,
    count(*) FILTER (WHERE worker IS NULL AND dead_at IS NULL) AS waiting,
    count(*) FILTER (WHERE worker IS NULL AND dead_at IS NULL AND run_at <= now()) AS due,
    count(*) FILTER (WHERE worker IS NOT NULL) AS running,
    count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead,
    coalesce(extract(epoch FROM now() - min(run_at)
        FILTER (WHERE worker IS NULL AND dead_at IS NULL AND run_at <= now())), 0)::float AS late_seconds
FROM jobs GROUP BY kind ORDER BY kind
"""
