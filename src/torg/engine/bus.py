"""The bus: the log of events as it grows, for everything in a process that watches (live streams above all).

`Bus` is what features know. `LogBus` reads the log in PostgreSQL, woken by the relay's NOTIFY; since it goes by
the log's own gapless numbers, a lost connection or a missed NOTIFY delays it but loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
import psycopg
import structlog

from torg.engine.postgres import Database, heed_cancelling
from torg.engine.relay import CHANNEL
from torg.kernel.errors import Unavailable
from torg.kernel.events import Event, decode

log = structlog.get_logger(__name__)

READ_AT_ONCE = 500
POLL = 1.0


class Logged(msgspec.Struct, frozen=True):
    """A row of the log. `seq` has no gaps, within the installation."""

    seq: int
    org_id: int
    network_id: int
    kind: str
    payload: Any
    created_at: datetime

    @property
    def event(self) -> Event:
        """The event itself; LookupError or ValidationError for one that this version does not know."""
        return decode(self.kind, self.payload)


Reader = Callable[[Sequence[Logged]], Awaitable[None]]


class Bus(Protocol):
    """Live events, in order, each once per reader, and what has been, for those that come back."""

    @property
    def position(self) -> int:
        """The number of the newest event that all readers are done with."""
        ...

    def subscribe(self, reader: Reader) -> Callable[[], None]:
        """Call `reader` with each batch from now on; returns what ends that. The next batch waits for it."""
        ...

    async def past(
        self, org_id: int, network_id: int, *, after: int, until: int, limit: int = READ_AT_ONCE
    ) -> list[Logged]:
        """Events of a network with `after < seq <= until`, oldest first."""
        ...


class LogBus:
    """The bus over PostgreSQL. `start()` once, then `run()` until cancelled."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._readers: list[Reader] = []
        self._position = 0
        self.leads: Callable[[], bool] = lambda: False
        """Whether the relay of this process is the active one; set by whoever runs one beside."""

    @property
    def position(self) -> int:
        return self._position

    def subscribe(self, reader: Reader) -> Callable[[], None]:
        self._readers.append(reader)
        return lambda: self._readers.remove(reader)

    async def start(self) -> None:
        """Begin at the present end of the log."""
        async with self._db.system() as tx:
            self._position = await tx.value("SELECT coalesce(max(seq), 0) FROM event_log")

    async def run(self) -> None:
        """Hand on what is logged, until cancelled; a lost database is waited for."""
        while True:
            try:
                await self._by_notify(lambda: True)
            except (psycopg.OperationalError, Unavailable) as error:
                log.warning("bus lost its connection", error=str(error))
            await asyncio.sleep(POLL / 2)

    async def _by_notify(self, stay: Callable[[], bool]) -> None:
        """Read whenever the relay notifies, and every second, for as long as `stay` says so."""
        async with await self._db.listen(CHANNEL) as connection:
            while stay():
                heed_cancelling()
                while await self._hand_on():
                    pass
                async for _ in connection.notifies(timeout=POLL, stop_after=1):
                    pass

    async def past(
        self, org_id: int, network_id: int, *, after: int, until: int, limit: int = READ_AT_ONCE
    ) -> list[Logged]:
        async with self._db.system() as tx:
            return await tx.all(
                """SELECT seq, org_id, network_id, kind, payload, created_at FROM event_log
                   WHERE org_id = %s AND network_id = %s AND seq > %s AND seq <= %s ORDER BY seq LIMIT %s""",
                (org_id, network_id, after, until, limit),
                as_=Logged,
            )

    async def _hand_on(self) -> bool:
        async with self._db.system() as tx:
            rows = await tx.all(
                """SELECT seq, org_id, network_id, kind, payload, created_at FROM event_log
                   WHERE seq > %s ORDER BY seq LIMIT %s""",
                (self._position, READ_AT_ONCE),
                as_=Logged,
            )
        if not rows:
            return False
        for reader in list(self._readers):
            try:
                await reader(rows)
            except Exception:
                log.exception("a reader of the bus failed", first=rows[0].seq, last=rows[-1].seq)
        self._position = rows[-1].seq
        return True
