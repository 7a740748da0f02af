"""The frame of what works in the background: a session whose lock says that it lives, rounds, waking, and an end.

Worker and courier are the same in this: they claim under a number, what they claim is free as soon as the session that
holds the number's lock ends, and they heed being told to stop between any two rounds.
"""

from __future__ import annotations

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import structlog

from torg.engine.outbox import Waker
from torg.engine.postgres import Database, heed_cancelling

log = structlog.get_logger(__name__)


class Frame(ABC):
    """To be inherited: `_round`, `_upkeep` and `_finish` are the work; `_wake` is set when there may be some."""

    def __init__(self, db: Database, *, name: str, lock_class: int, waker: Waker, poll: float, upkeep: float) -> None:
        """`poll` and `upkeep` in seconds: between looks when nobody wakes us, and between two upkeeps."""
        self._db = db
        self._name, self._lock_class, self._waker = name, lock_class, waker
        self._poll, self._upkeep_every = poll, upkeep
        self._wake = asyncio.Event()
        self._number = 0

    async def run(self) -> None:
        """Work until cancelled, again after any error; then what runs has a while to end."""
        sleep_no_more = self._waker.add(asyncio.get_running_loop(), self._wake)
        try:
            while True:
                try:
                    async with self._session() as session:
                        try:
                            await self._loop(session)
                        finally:
                            await self._finish()
                except Exception:
                    log.exception("starts again", name=self._name)
                await asyncio.sleep(self._poll)
        finally:
            sleep_no_more()
            await self._close()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """The session whose lock says that whoever works under this number lives."""
        connection = await psycopg.AsyncConnection.connect(
            self._db.system_conninfo, autocommit=True, application_name=f"torg {self._name}"
        )
        async with connection:
            self._number = 1 + secrets.randbelow(2**31 - 1)
            await connection.execute("SELECT pg_advisory_lock(%s, %s)", (self._lock_class, self._number))
            yield connection

    async def _loop(self, session: psycopg.AsyncConnection[Any]) -> None:
        loop = asyncio.get_running_loop()
        upkeep_at = loop.time()
        while True:
            heed_cancelling()
            self._wake.clear()
            if loop.time() >= upkeep_at:
                await session.execute("SELECT 1")  # a lost lock must be noticed, else our work is done twice
                await self._upkeep()
                upkeep_at = loop.time() + self._upkeep_every
            if not await self._round():
                await self._woken()

    async def _woken(self) -> None:
        try:
            async with asyncio.timeout(self._poll):
                await self._wake.wait()
        except TimeoutError:
            return

    @abstractmethod
    async def _round(self) -> bool:
        """Claim and start what is due; whether there may be more at once."""

    @abstractmethod
    async def _upkeep(self) -> None:
        """Free what belonged to the dead, and whatever else is due now and then."""

    @abstractmethod
    async def _finish(self) -> None:
        """Give what runs a while, then end it."""

    async def _close(self) -> None:  # noqa: B027 - most have nothing of the kind
        """Let go of what outlives a session."""
