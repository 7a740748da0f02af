"""Statements that are planned once in each connection, and those that a new connection plans before it is used."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, cast

import psycopg
import structlog

from torg.engine.keys import WRITES

log = structlog.get_logger(__name__)

# A plan that was made while a table had a page or two must not be kept that goes through all of it
STEADY = "set_config('plan_cache_mode','force_generic_plan',true), set_config('enable_seqscan','off',true)"

MOST = 24
"""Statements that a new connection plans: some milliseconds each."""
MOST_ONCE = 500
READS = ("SELECT", "WITH")
ACTS = ("FOR UPDATE", "FOR NO KEY", "FOR SHARE", "FOR KEY", "pg_advisory", "pg_notify", "nextval")
BEGIN = f"BEGIN READ ONLY; SELECT {STEADY}, set_config('statement_timeout','2s',true)"


class Learnt:
    """The steady reads that a process made last, each with what it was asked with, in the order of their use.

    What was read only once is none of them: a process loads the log of a network once, in whatever connection.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[str, Any] = OrderedDict()
        self._once: OrderedDict[str, None] = OrderedDict()
        self._refused: set[str] = set()

    def __len__(self) -> int:
        return len(self._held)

    def note(self, sql: str, params: Mapping[str, Any] | Sequence[Any] | None) -> None:
        """A steady statement was executed."""
        if sql in self._held:
            self._held.move_to_end(sql)
            return
        if sql not in self._once:
            self._once[sql] = None
            if len(self._once) > MOST_ONCE:
                self._once.popitem(last=False)
            return
        if sql in self._refused or not _only_reads(sql):
            return
        self._held[sql] = params
        if len(self._held) > MOST:
            self._held.popitem(last=False)

    async def plan(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Let a connection execute them all once, reading only and as no tenant: row security shows it no row."""
        for sql, params in list(self._held.items()):
            await connection.execute(BEGIN, prepare=False)
            try:
                await connection.execute(cast(Any, sql), params, prepare=True)
            except psycopg.Error as error:
                if connection.closed:
                    raise
                await roll_back(connection)
                self._held.pop(sql, None)
                if len(self._refused) < MOST:
                    self._refused.add(sql)
                log.warning("a statement was not planned ahead", error=str(error))
            else:
                await connection.execute("COMMIT", prepare=False)


async def roll_back(connection: psycopg.AsyncConnection[Any], to: str = "") -> None:
    """ROLLBACK, or that and a savepoint, with what the connection has planned kept.

    psycopg forgets all prepared statements at the sight of one, since a table may have been made and taken back. Here
    none is, and every refusal would cost the connection's next readers tens of milliseconds. Without a threshold
    psycopg does not look at what a statement was.
    """
    kept, connection.prepare_threshold = connection.prepare_threshold, None
    try:
        await connection.execute(cast(Any, f"ROLLBACK{to}"), prepare=False)
    finally:
        connection.prepare_threshold = kept


def _only_reads(sql: str) -> bool:
    return sql.lstrip().startswith(READS) and not WRITES.search(sql) and not any(word in sql for word in ACTS)
