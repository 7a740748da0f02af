"""Runs what events set off in the relay's transaction, and keeps failures for later.

A batch is first run without savepoints, since hardly one fails; when one does, the relay rolls it back and runs it
again with each effect in a savepoint of its own.

The table itself is `serve/effects.py`. An effect writes to the database and enqueues jobs, no more: what
talks to the world is a job, since the relay waits for its effects and may run one again after a crash.
"""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import msgspec
import psycopg
import structlog

from torg.engine.postgres import Tx, json
from torg.kernel.actor import Scope
from torg.kernel.events import Event, decode, kind_of

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 8
FIRST_RETRY = timedelta(seconds=2)
RETRIES_AT_ONCE = 50


class Meta(msgspec.Struct, frozen=True):
    """What the outbox knows about an event. `id` is unique within the organisation."""

    org_id: int
    network_id: int
    id: int
    created_at: datetime

    @property
    def seq(self) -> int | None:
        """Its number in the log, if it stood there before this effect of it (engine/postponed.py); else None."""
        return -self.id if self.id < 0 else None

    @property
    def scope(self) -> Scope:
        return Scope(self.org_id, (self.network_id,))


class Happened(msgspec.Struct, frozen=True):
    """An event with its meta, as batch effects get them."""

    event: Any
    meta: Meta


Each = Callable[[Tx, Any, Any, Meta], Awaitable[None]]
BatchFunction = Callable[[Tx, Any, Sequence[Happened]], Awaitable[None]]


class Batch(msgspec.Struct, frozen=True):
    """An effect that takes consecutive events of one kind and one network together.

    Most events concern few effects, so an effect may say which concern it: `among`, by the event alone, and `where`, an
    SQL condition over %(org)s, %(network)s and %(people)s (authors, and the groups of what is in one). All conditions
    of a kind are asked by one statement. With both, the effect gets all events where the condition holds, else those
    of `among`. What a condition reads must not be written by an effect that stands before it.
    """

    run: BatchFunction
    among: Callable[[Any], bool] | None = None
    where: str | None = None


Effect = Each | Batch
Effects = Mapping[type[Event], Sequence[Effect]]


class OutboxRow(msgspec.Struct, frozen=True):
    org_id: int
    network_id: int
    id: int
    kind: str
    payload: Any
    created_at: datetime

    @property
    def meta(self) -> Meta:
        return Meta(self.org_id, self.network_id, self.id, self.created_at)


class FailedRow(OutboxRow, frozen=True):
    effect: str
    attempts: int


def function_of(effect: Effect) -> Each | BatchFunction:
    """What is called for it."""
    return effect.run if isinstance(effect, Batch) else effect


def name_of(effect: Effect) -> str:
    """The name of an effect in dead_events: that of its function, with its module."""
    function = function_of(effect)
    return f"{function.__module__}.{getattr(function, '__qualname__', repr(function))}"


class EffectRunner:
    """Applies a table of effects. All transactions given to effects are the relay's; each knows its tenant."""

    def __init__(self, effects: Effects, ctx: Any) -> None:
        self._effects = {kind_of(event): list(todo) for event, todo in effects.items()}
        self._by_name = {name_of(effect): effect for todo in self._effects.values() for effect in todo}
        self._ctx = ctx

    async def run(
        self,
        tx: Tx,
        rows: Sequence[OutboxRow],
        *,
        apart: bool = True,
        only: Collection[Effect] | None = None,
        but: Collection[Effect] = (),
    ) -> None:
        """All effects of these events, in the order of the events; neighbours of one kind are taken together.

        Or `only` these, or all `but` those (engine/postponed.py).
        `apart`: each effect in a savepoint, so that those that fail are kept and hold up nothing. Without, a failure
        is the caller's, who rolls back.
        """
        for (_, _, kind), group in groupby(rows, key=lambda row: (row.org_id, row.network_id, row.kind)):
            happened: list[Happened] = []
            for row in group:
                try:
                    happened.append(Happened(decode(row.kind, row.payload), row.meta))
                except (LookupError, msgspec.ValidationError) as error:
                    await keep(tx, row, "decode", error, retry_at=None)
            todo = [
                effect
                for effect in self._effects.get(kind, ())
                if effect not in but and (only is None or effect in only)
            ]
            for effect, those in await _concerned(tx, todo, happened) if happened and todo else ():
                if apart:
                    await self._together(tx, effect, those)
                    continue
                inner = tx.within(those[0].meta.scope)
                await self._apply(inner, effect, those)
                for call in inner.after:
                    tx.after_commit(call)

    async def _together(self, tx: Tx, effect: Effect, happened: list[Happened]) -> None:
        """One savepoint for the whole run; only when that fails, one for each event, to find the culprit."""
        try:
            async with scoped(tx, happened[0].meta) as inner:
                await self._apply(inner, effect, happened)
            return
        except psycopg.OperationalError as error:
            if tx.broken:
                raise
            failure: Exception = error
        except Exception as error:  # noqa: BLE001 - kept with the event and tried again
            failure = error
        if len(happened) == 1:
            await self._failed(tx, effect, happened[0], failure)
            return
        for one in happened:
            try:
                async with scoped(tx, one.meta) as inner:
                    await self._apply(inner, effect, [one])
            except Exception as error:
                if tx.broken:
                    raise
                await self._failed(tx, effect, one, error)

    async def _apply(self, tx: Tx, effect: Effect, happened: Sequence[Happened]) -> None:
        if isinstance(effect, Batch):
            await effect.run(tx, self._ctx, happened)
        else:
            for one in happened:
                await effect(tx, self._ctx, one.event, one.meta)

    async def _failed(self, tx: Tx, effect: Effect, one: Happened, error: Exception) -> None:
        row = OutboxRow(
            one.meta.org_id, one.meta.network_id, one.meta.id, kind_of(one.event), one.event, one.meta.created_at
        )
        await keep(tx, row, name_of(effect), error, retry_at=FIRST_RETRY)

    async def give_up(
        self, tx: Tx, rows: Sequence[OutboxRow], error: Exception, *, only: Collection[Effect] | None = None
    ) -> None:
        """Record every effect of these events as dead: they broke the relay's own transaction repeatedly."""
        for row in rows:
            for effect in self._effects.get(row.kind, ()):
                if only is not None and effect not in only:
                    continue
                await keep(tx, row, name_of(effect), error, retry_at=None)

    def kinds(self, effects: Collection[Effect]) -> list[str]:
        """The kinds of events that set off any of these effects."""
        return [kind for kind, todo in self._effects.items() if any(effect in effects for effect in todo)]

    async def retry(self, tx: Tx) -> int:
        """Run the failed effects whose time has come; the number of them."""
        rows = await tx.all(DUE, {"most": RETRIES_AT_ONCE}, as_=FailedRow)
        for row in rows:
            effect = self._by_name.get(row.effect)
            try:
                if effect is None:
                    raise LookupError(f"no effect is called {row.effect} any more")
                async with scoped(tx, row.meta) as inner:
                    await self._apply(inner, effect, [Happened(decode(row.kind, row.payload), row.meta)])
            except Exception as error:
                if tx.broken:
                    raise
                last = effect is None or row.attempts + 1 >= MOST_ATTEMPTS
                wait = None if last else FIRST_RETRY * 2**row.attempts
                await keep(tx, row, row.effect, error, retry_at=wait)
            else:
                await tx.run(FORGET, (row.org_id, row.id, row.effect))
        return len(rows)


async def _concerned(
    tx: Tx, effects: Sequence[Effect], happened: list[Happened]
) -> list[tuple[Effect, list[Happened]]]:
    """The effects, each with the events that concern it; those that none concerns are left out."""
    todo = [(effect, _among(effect, happened)) for effect in effects]
    asked = [effect for effect, those in todo if isinstance(effect, Batch) and effect.where and those != happened]
    holds = await _holds(tx, asked, happened) if asked else set()
    return [
        (effect, happened if name_of(effect) in holds else those)
        for effect, those in todo
        if those or name_of(effect) in holds
    ]


def _among(effect: Effect, happened: list[Happened]) -> list[Happened]:
    """The events that concern the effect whatever its condition says."""
    if not isinstance(effect, Batch) or (effect.among is None and effect.where is None):
        return happened
    return [h for h in happened if effect.among is not None and effect.among(h.event)]


async def _holds(tx: Tx, effects: Sequence[Batch], happened: Sequence[Happened]) -> set[str]:
    """The names of those whose condition holds, by one statement."""
    meta = happened[0].meta
    people = {getattr(h.event, name, None) for h in happened for name in ("account_id", "group_id")} - {None}
    row = await tx.one(
        f"SELECT ARRAY[{', '.join(f'({effect.where})' for effect in effects)}] AS holds",
        {"org": meta.org_id, "network": meta.network_id, "people": list(people)},
    )
    assert row is not None
    return {name_of(effect) for effect, true in zip(effects, row["holds"], strict=True) if true}


@asynccontextmanager
async def scoped(tx: Tx, meta: Meta) -> AsyncIterator[Tx]:
    """A savepoint whose transaction knows the event's tenant; calls after the commit go to the outer one."""
    inner = tx.within(meta.scope)
    async with tx.savepoint():
        yield inner
    for call in inner.after:
        tx.after_commit(call)


async def keep(tx: Tx, row: OutboxRow, effect: str, error: Exception, *, retry_at: timedelta | None) -> None:
    """Store a failure; `retry_at` from now, None: dead, an administrator's business."""
    where = "".join(traceback.format_exception(error, limit=-3))[-4000:]
    log.error("effect failed", effect=effect, kind=row.kind, id=row.id, dead=retry_at is None, error=repr(error))
    await tx.run(
        KEEP,
        {
            "org": row.org_id,
            "network": row.network_id,
            "id": row.id,
            "kind": row.kind,
            "payload": json(row.payload),
            "effect": effect,
            "error": where.replace("\0", ""),
            "created_at": row.created_at,
            "wait": retry_at,
        },
    )


class Failure(msgspec.Struct, frozen=True):
    """A failed effect, for `torg doctor`. `retry_at` None: dead."""

    org_id: int
    network_id: int
    id: int
    kind: str
    effect: str
    error: str
    attempts: int
    failed_at: datetime
    retry_at: datetime | None


async def failures(tx: Tx, *, dead_only: bool = False, limit: int = 100) -> list[Failure]:
    """Failed effects, the latest first (system transaction)."""
    return await tx.all(FAILURES, {"dead": dead_only, "most": limit}, as_=Failure)


async def redrive(tx: Tx, org_id: int, event_id: int) -> int:
    """Let the dead effects of an event be tried again at once; the number of them."""
    return await tx.run(REDRIVE, (org_id, event_id))


KEEP = """
INSERT INTO dead_events AS d
    (org_id, network_id, id, kind, payload, effect, error, attempts, created_at, failed_at, retry_at)
VALUES (%(org)s, %(network)s, %(id)s, %(kind)s, %(payload)s, %(effect)s, %(error)s, 1, %(created_at)s,
    clock_timestamp(), clock_timestamp() + %(wait)s::interval)
ON CONFLICT (org_id, id, effect) DO UPDATE SET
    error = EXCLUDED.error, attempts = d.attempts + 1, failed_at = EXCLUDED.failed_at, retry_at = EXCLUDED.retry_at
"""

DUE = """
SELECT org_id, network_id, id, kind, payload, created_at, effect, attempts FROM dead_events
WHERE retry_at <= clock_timestamp() ORDER BY retry_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""

FORGET = "DELETE FROM dead_events WHERE org_id = %s AND id = %s AND effect = %s"

FAILURES = """
SELECT org_id, network_id, id, kind, effect, error, attempts, failed_at, retry_at FROM dead_events
WHERE retry_at IS NULL OR NOT %(dead)s ORDER BY failed_at DESC LIMIT %(most)s
"""

REDRIVE = """
UPDATE dead_events SET retry_at = clock_timestamp(), attempts = 0 WHERE org_id = %s AND id = %s AND retry_at IS NULL
"""
