"""The bus with NATS as its bell: processes read the log when told, instead of each listening at the database.

NATS carries the number of the newest event, and that there is something for the relay. What happened is read from the
log, whose numbers have no gaps, and from the outbox, so a lost message delays and loses nothing, and nobody who can
talk to NATS can make an event up or read one.
Loaded only where `nats_url` is set (engine/backends.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import nats
import nats.errors
import psycopg
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from torg.engine import outbox
from torg.engine.bus import POLL, LogBus, Logged
from torg.engine.postgres import Database, heed_cancelling
from torg.kernel.errors import Unavailable

log = structlog.get_logger(__name__)

LOOK = 1.0
"""Seconds after which a process looks whether it leads by now."""
UNTOLD = 5
"""Looks without a message after which the log is read nevertheless."""
PATIENCE = 2
BREATH = 0.005
"""Seconds between two messages to the relay: what is committed meanwhile is told of together."""

PLACE = """
SELECT system_identifier::text || '.' || (SELECT oid::text FROM pg_database WHERE datname = current_database())
FROM pg_control_system()
"""


class NatsBus(LogBus):
    """Whoever leads the relay listens at the database and tells the others; without NATS all listen as in LogBus."""

    def __init__(self, db: Database, url: str) -> None:
        super().__init__(db)
        self._url = url
        self._nats = Client()
        self._subject = ""
        self._complained = False

    @property
    def hears(self) -> bool:
        """Whether NATS is there."""
        return self._nats.is_connected

    async def start(self) -> None:
        """Begin at the present end of the log; the subject is the database's own."""
        await super().start()
        async with self._db.system() as tx:
            self._subject = f"torg.{await tx.value(PLACE)}.log"

    async def run(self) -> None:
        """Hand on what is logged, until cancelled; a lost NATS or database is waited for."""
        connecting = asyncio.create_task(self._connect(), name="nats")
        ringing = asyncio.create_task(self._ring(), name="nats bell")
        try:
            while True:
                try:
                    if self.hears and not self.leads():
                        await self._by_bell()
                    else:
                        await self._by_notify(lambda: self.leads() or not self.hears)
                except (psycopg.OperationalError, Unavailable) as error:
                    log.warning("bus lost its connection", error=str(error))
                    await asyncio.sleep(POLL / 2)
        finally:
            connecting.cancel()
            ringing.cancel()
            await asyncio.gather(connecting, ringing, return_exceptions=True)
            if not self._nats.is_closed:
                await self._nats.close()

    async def _by_bell(self) -> None:
        untold = 0
        while self.hears and not self.leads():
            heed_cancelling()
            self._rung.clear()
            if self._told > self.position or untold % UNTOLD == 0:
                while await self._hand_on():
                    pass
            untold = 1 if await self._woken(LOOK) else untold + 1

    async def _next(self) -> Sequence[Logged]:
        rows = await super()._next()
        if rows and self.leads() and self.hears:
            try:
                await self._nats.publish(self._subject, str(rows[-1].seq).encode())
            except nats.errors.Error as error:
                log.warning("NATS took no message", error=str(error))
        return rows

    async def _ring(self) -> None:
        """Tell whoever leads, perhaps on another machine, of what is committed here; its poll would find it later."""
        committed = asyncio.Event()
        sleep_no_more = outbox.wake.add(asyncio.get_running_loop(), committed)
        try:
            while True:
                await committed.wait()
                committed.clear()
                if self.hears and not self.leads():
                    try:
                        await self._nats.publish(f"{self._subject}.rows", b"")
                    except nats.errors.Error as error:
                        log.warning("NATS took no message", error=str(error))
                    await asyncio.sleep(BREATH)
        finally:
            sleep_no_more()

    async def _rows(self, message: Msg) -> None:
        if self.leads():
            outbox.wake()

    async def _connect(self) -> None:
        """Connect once and subscribe; the client itself comes back after each loss, however long that takes."""
        while True:
            try:
                await self._nats.connect(self._url, **self._options())
                break
            except (nats.errors.Error, OSError, TimeoutError) as error:
                await self._lost(error)
                await asyncio.sleep(LOOK)
        await self._nats.subscribe(self._subject, cb=self._heard)
        await self._nats.subscribe(f"{self._subject}.rows", cb=self._rows)
        await self._found()

    def _options(self) -> Mapping[str, Any]:
        return {
            "connect_timeout": PATIENCE,
            "reconnect_time_wait": LOOK,
            "max_reconnect_attempts": -1,
            "ping_interval": 10,
            "max_outstanding_pings": 2,
            "disconnected_cb": self._lost,
            "reconnected_cb": self._found,
            "error_cb": self._lost,
        }

    async def _heard(self, message: Msg) -> None:
        self._hear(message.data.decode("ascii", "replace"))

    async def _found(self) -> None:
        log.info("bus goes by NATS")
        self._complained = False

    async def _lost(self, error: Exception | None = None) -> None:
        if not self._complained and not self._nats.is_connected:
            self._complained = True
            log.error("bus without NATS: listens at the database instead", error=str(error or "connection lost"))
        self._rung.set()


async def probe(url: str) -> str:
    """What is wrong with the server at the address, for `torg doctor`; empty when it answers."""
    client = Client()

    async def quiet(_: Exception) -> None:
        return

    try:
        await client.connect(
            url, connect_timeout=PATIENCE, max_reconnect_attempts=1, allow_reconnect=False, error_cb=quiet
        )
        await client.flush(PATIENCE)
    except (nats.errors.Error, OSError, TimeoutError) as error:
        return str(error) or type(error).__name__
    finally:
        await client.close()
    return ""
