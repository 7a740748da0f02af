"""Effects that may wait: while a group of them is put off, it is a reader of the event log that stands still.

The relay does all of it, so nothing races: what it moves into the log while a group is put off, the group has yet to
do; later the relay does it in the order of the log, a few events between any two of its own batches, and only when the
group has reached the end do its effects run with their events again. A killed relay loses nothing: where each group
stands is committed with what it has done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
import psycopg
import structlog

from torg.engine.effects import Effect, EffectRunner, OutboxRow
from torg.engine.postgres import Tx

log = structlog.get_logger(__name__)

AT_ONCE = 100
PATIENCE = 4
PAUSE = 0.05


class Group(msgspec.Struct, frozen=True):
    """Effects that wait together. `waits`: whether they do at the moment."""

    effects: Collection[Effect]
    waits: Callable[[], bool]


class Postponed:
    """The groups of one relay. `load` when it begins to lead."""

    def __init__(self, groups: Mapping[str, Group], *, at_once: int = AT_ONCE) -> None:
        self._groups = groups
        self._most = self._limit = at_once
        self._failures = 0
        self._next: dict[str, int] = {}

    async def load(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Read where each group stands; one that this version does not know stays where it is."""
        rows = await Tx(connection, None).all("SELECT name, next_seq FROM postponed_effects")
        self._next = {row["name"]: row["next_seq"] for row in rows if row["name"] in self._groups}

    def now(self) -> frozenset[str]:
        """The groups whose effects of new events are put off: those that wait, and those that are behind."""
        return frozenset(name for name, group in self._groups.items() if name in self._next or group.waits())

    def effects(self, names: Collection[str]) -> frozenset[Effect]:
        return frozenset(effect for name in names for effect in self._groups[name].effects)

    async def note(self, tx: Tx, names: Collection[str], first: int, at: datetime) -> None:
        """Events from the number `first` on (of the time `at`) were moved without the effects of these groups."""
        for name in names:
            if name not in self._next:
                await tx.run(STAND, (name, first, at))
                tx.after_commit(lambda name=name: self._next.__setitem__(name, first))  # type: ignore[misc]

    async def catch_up(self, connection: psycopg.AsyncConnection[Any], runner: EffectRunner) -> int:
        """A few events of each group that is behind and need not wait any more; how many there were."""
        done = 0
        for name in [name for name in self._next if not self._groups[name].waits()]:
            try:
                done += await self._step(connection, runner, name)
            except Exception as error:
                if connection.closed or connection.broken:
                    raise
                self._failures += 1
                log.exception("catching up failed", group=name, events=self._limit, failures=self._failures)
                if self._limit == 1 and self._failures >= PATIENCE:
                    done += await self._step(connection, runner, name, without_effects=error)
                    self._failures, self._limit = 0, self._most
                else:
                    self._limit = 1
                    done += 1  # there is something left to do
                    await asyncio.sleep(PAUSE * self._failures)
            else:
                if self._failures:
                    self._failures, self._limit = 0, self._most
        return done

    async def _step(
        self,
        connection: psycopg.AsyncConnection[Any],
        runner: EffectRunner,
        name: str,
        *,
        without_effects: Exception | None = None,
    ) -> int:
        effects = frozenset(self._groups[name].effects)
        tx = Tx(connection, None)
        async with connection.transaction():
            rows = await tx.all(
                READ, {"next": self._next[name], "kinds": runner.kinds(effects), "most": self._limit}, as_=_Read
            )
            events = [row.as_event() for row in rows]
            if without_effects is None:
                await runner.run(tx, events, only=effects)
            else:
                await runner.give_up(tx, events, without_effects, only=effects)
            following = rows[-1].seq + 1 if rows else 0
            if len(rows) < self._limit:  # nobody but this relay adds to the log, so this is its end
                await tx.run("DELETE FROM postponed_effects WHERE name = %s", (name,))
            else:
                await tx.run(STAND, (name, following, rows[-1].created_at))
        if len(rows) < self._limit:
            del self._next[name]
            log.info("caught up", group=name)
        else:
            self._next[name] = following
        for call in tx.after:
            call()
        return max(1, len(rows))


class _Read(msgspec.Struct, frozen=True):
    seq: int
    org_id: int
    network_id: int
    kind: str
    payload: Any
    created_at: datetime

    def as_event(self) -> OutboxRow:
        """The log has no number of the outbox; a negative one is nobody else's, should an effect fail and be kept."""
        return OutboxRow(self.org_id, self.network_id, -self.seq, self.kind, self.payload, self.created_at)


STAND = """
INSERT INTO postponed_effects (name, next_seq, as_of) VALUES (%s, %s, %s)
ON CONFLICT (name) DO UPDATE SET next_seq = EXCLUDED.next_seq, as_of = EXCLUDED.as_of
"""

READ = """
SELECT seq, org_id, network_id, kind, payload, created_at FROM event_log
WHERE seq >= %(next)s AND kind = ANY (%(kinds)s) ORDER BY seq LIMIT %(most)s
"""
