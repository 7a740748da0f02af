"""Queues for administrators: what waits, is late or was given up in this network. Torg's own, under /api/torg/v1.

What a job was to do is never shown: it may be a mail with a secret link.
"""

from __future__ import annotations

import msgspec

from torg.engine import backlog
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound
from torg.mastodon_api.forms import Nothing
from torg.moderation import log

routes = Routes("admin")

LOOK = Permission.DEVOPS | Permission.VIEW_DASHBOARD
MOST_ERROR = 300


class QueueEntity(msgspec.Struct, kw_only=True):
    """One kind of job. `late_seconds`: how long the oldest due one has been waiting."""

    kind: str
    waiting: int
    due: int
    running: int
    dead: int
    late_seconds: float


class LagEntity(msgspec.Struct, kw_only=True):
    waiting: int
    late_seconds: float


class DeadEntity(msgspec.Struct, kw_only=True):
    """A job or an effect that failed. `retry_at` null: it was given up, and waits for an administrator."""

    id: str
    kind: str
    effect: str | None
    attempts: int
    error: str
    failed_at: str
    retry_at: str | None


class QueuesEntity(msgspec.Struct, kw_only=True):
    queues: list[QueueEntity]
    relay: LagEntity
    dead_jobs: list[DeadEntity]
    failed_events: list[DeadEntity]


class ByKind(msgspec.Struct, kw_only=True):
    kind: str


class Done(msgspec.Struct, kw_only=True):
    """How many were let start anew, or dropped."""

    count: int


def _last_line(error: str | None) -> str:
    """What went wrong, without the way there."""
    lines = [line.strip() for line in (error or "").splitlines() if line.strip()]
    return lines[-1][:MOST_ERROR] if lines else ""


def _job(job: backlog.DeadJob) -> DeadEntity:
    return DeadEntity(
        id=str(job.id), kind=job.kind, effect=None, attempts=job.attempts, error=_last_line(job.error),
        failed_at=iso(job.dead_at), retry_at=None,
    )  # fmt: skip


@routes.get("/api/torg/v1/admin/queues", scope="admin:read", permission=LOOK)
async def index(call: Call, params: Nothing) -> QueuesEntity:
    """Every kind of job with its numbers, the relay's lag, and what was given up."""
    lag = await backlog.lag(call.tx)
    return QueuesEntity(
        queues=[QueueEntity(**msgspec.structs.asdict(queue)) for queue in await backlog.queues(call.tx)],
        relay=LagEntity(waiting=lag.waiting, late_seconds=lag.late_seconds),
        dead_jobs=[_job(job) for job in await backlog.dead_jobs(call.tx)],
        failed_events=[
            DeadEntity(
                id=str(event.id), kind=event.kind, effect=event.effect, attempts=event.attempts,
                error=_last_line(event.error), failed_at=iso(event.failed_at),
                retry_at=iso(event.retry_at) if event.retry_at else None,
            )
            for event in await backlog.failed_events(call.tx)
        ],
    )  # fmt: skip


async def _logged(call: Call, verb: str, kind: str, count: int) -> Done:
    """What was done to how many, in the log of acts; 404 for none."""
    done = _done(count)
    await log.record(call.tx, call.actor, verb, "queue", None, kind=kind, count=count)
    return done


@routes.get("/api/torg/v1/admin/queues/{kind}", scope="admin:read", permission=LOOK)
async def show(call: Call, params: ByKind) -> list[DeadEntity]:
    """The dead jobs of one kind."""
    return [_job(job) for job in await backlog.dead_jobs(call.tx, params.kind)]


@routes.post("/api/torg/v1/admin/queues/{kind}/retry", scope="admin:write", permission=Permission.DEVOPS)
async def retry(call: Call, params: ByKind) -> Done:
    """Let the dead jobs of a kind start anew. 404 if there are none."""
    return await _logged(call, "retry_jobs", params.kind, await backlog.retry_jobs(call.tx, params.kind))


@routes.delete("/api/torg/v1/admin/queues/{kind}", scope="admin:write", permission=Permission.DEVOPS)
async def drop(call: Call, params: ByKind) -> Done:
    """Forget the dead jobs of a kind. 404 if there are none."""
    return await _logged(call, "drop_jobs", params.kind, await backlog.drop_jobs(call.tx, params.kind))


@routes.post("/api/torg/v1/admin/events/retry", scope="admin:write", permission=Permission.DEVOPS)
async def retry_events(call: Call, params: Nothing) -> Done:
    """Let the effects that were given up be tried again. 404 if there are none."""
    return await _logged(call, "retry_events", "", await backlog.retry_events(call.tx))


def _done(count: int) -> Done:
    if not count:
        raise NotFound
    return Done(count=count)
