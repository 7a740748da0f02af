"""The bus: the log of events as it grows, for everything in a process that watches (live streams above all).

`Bus` is what features know. `LogBus` reads the log in PostgreSQL, woken by the relay's NOTIFY; since it goes by
the log's own gapless numbers, a lost connection or a missed NOTIFY delays it but loses nothing. The relay of the same
process hands over what it has logged; whatever does not follow upon what was handed on is read from the log instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
import psycopg
import structlog

from torg.engine.effects import OutboxRow
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
        self._claimed = 0
        self._told = 0
        self._given: list[Logged] = []
        self._rung = asyncio.Event()
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
            self._position = self._claimed = await tx.value("SELECT coalesce(max(seq), 0) FROM event_log")

    def hand_over(self, rows: Sequence[OutboxRow], last: int) -> None:
        """From the relay of this process: what it has just logged, the newest by the number `last`."""
        first = last - len(rows) + 1
        expected = (self._given[-1].seq if self._given else self._claimed) + 1
        if first == expected and len(self._given) < READ_AT_ONCE:
            self._given += [
                Logged(seq, row.org_id, row.network_id, row.kind, row.payload, row.created_at)
                for seq, row in enumerate(rows, first)
            ]
        self._told = max(self._told, last)
        self._rung.set()

    async def run(self) -> None:
        """Hand on what is logged, until cancelled; a lost database is waited for."""
        while True:
            try:
                await self._by_notify(lambda: True)
            except (psycopg.OperationalError, Unavailable) as error:
                log.warning("bus lost its connection", error=str(error))
            await asyncio.sleep(POLL / 2)

    async def _by_notify(self, stay: Callable[[], bool]) -> None:
        """Hand on whenever the relay notifies or hands over, and every second, for as long as `stay` says so."""
        async with await self._db.listen(CHANNEL) as connection:
            listening = asyncio.create_task(self._listen(connection))
            try:
                look = True
                while stay():
                    heed_cancelling()
                    self._rung.clear()
                    if look or self._given or self._told > self._position:
                        while await self._hand_on():
                            pass
                    if listening.done():
                        listening.result()
                        return
                    look = not await self._woken(POLL)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        try:
            async for notify in connection.notifies():
                self._hear(notify.payload)
        finally:
            self._rung.set()  # a lost connection is noticed at once

    def _hear(self, number: str) -> None:
        """Somebody says which number is the newest.

        Where the active relay is this process's own, it hands over itself: its notification often comes before its
        commit is answered, and whoever read the log by it would be done with the readers before the relay goes on,
        which rests twice as long as it thinks that a batch takes. Should it not hand over, the next look finds it.
        """
        if number.isascii() and number.isdigit() and len(number) < 20:
            self._told = max(self._told, int(number))
        if not self.leads():
            self._rung.set()

    async def _woken(self, seconds: float) -> bool:
        """Whether something is said to be new within the time."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        return True

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
        """The next events to all readers; whether there are more at once."""
        rows = await self._next()
        if not rows:
            return False
        for reader in list(self._readers):
            try:
                await reader(rows)
            except Exception:
                log.exception("a reader of the bus failed", first=rows[0].seq, last=rows[-1].seq)
        self._position = rows[-1].seq
        return bool(self._given) or len(rows) >= READ_AT_ONCE or self._told > self._position

    async def _next(self) -> Sequence[Logged]:
        if self._given:
            rows, self._given = self._given, []
        else:
            async with self._db.system() as tx:
                rows = await tx.each(
                    """SELECT seq, org_id, network_id, kind, payload, created_at FROM event_log
                       WHERE seq > %s ORDER BY seq LIMIT %s""",
                    (self._position, READ_AT_ONCE),
                    Logged,
                )
            if rows:  # among them may be what was handed over meanwhile
                self._given = [one for one in self._given if one.seq > rows[-1].seq]
        if rows:
            self._claimed = rows[-1].seq
        return rows
