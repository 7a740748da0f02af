"""Reads from a replica of the database, only while it has whatever the reader must see; else from the primary.

Every fifth of a second the end of the primary's log is asked for, and how far the replica has replayed it. So it is
known up to which moment the replica has everything, without asking at each commit. Who did something, or to whom
something was done, after that moment (engine/changes.py tells, of all processes and machines) reads from the primary;
so do all after what no event tells apart, such as deletions, roles and settings. docs/decisions/0022 tells why.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

import psycopg
import structlog

from torg.engine.changes import Changes, changes
from torg.engine.keys import EVERYTHING, IDS, KIND, MINE, Key, is_gone, is_whole
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Scope
from torg.kernel.errors import TorgError, Unavailable

log = structlog.get_logger(__name__)

EVERY = 0.2
LATEST = 2.0
"""Seconds: a replica that has not everything of so long ago is left out."""
RESTS = 5.0
"""Seconds after the last read that might have been a replica's: then nothing is asked any more."""
PATIENCE = 2.0
TOLD_APART = 10_000
KEPT_LOOKS = 300

PLACE = """
SELECT system_identifier::text || '.' || (SELECT oid::text FROM pg_database WHERE datname = current_database())
FROM pg_control_system()
"""
END = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"
REPLAYED = "SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint WHERE pg_is_in_recovery()"


class Replica:
    """`open` once, `run` until cancelled; `serves` before each read, then `tx`, and `failed` when that raised."""

    def __init__(
        self,
        primary: Database,
        app_conninfo: str,
        system_conninfo: str,
        *,
        register: Changes = changes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._primary = primary
        self._db = Database(app_conninfo, system_conninfo, kept=0)
        self._register = register
        self._clock = clock
        self._deaf: Callable[[], None] = lambda: None
        self._looks: deque[tuple[float, int]] = deque(maxlen=KEPT_LOOKS)
        self._has = float("-inf")
        """The replica has everything that was committed before this moment of our clock."""
        self._touched: dict[Key, float] = {}
        self._whole_at = clock()
        self._asked_at = float("-inf")
        self._asked = asyncio.Event()
        self._place: str | None = None
        self._why = ""
        self.reads = 0

    async def open(self) -> None:
        """Begin to listen and to connect; a replica that is not there is no error."""
        self._deaf = self._register.listen(self._note)
        await self._db.open()

    async def close(self) -> None:
        self._deaf()
        await self._db.close()

    def serves(self, account: int | None) -> bool:
        """Whether it has all that this reader (None: a visitor) must see."""
        self._register.ticket()  # hear what other processes of the machine did
        now = self._asked_at = self._clock()
        self._asked.set()
        if now - self._has > LATEST or self._whole_at >= self._has:
            return False
        return account is None or self._touched.get(account & IDS, float("-inf")) < self._has

    def tx(self, scope: Scope, *, steady: bool = False) -> AbstractAsyncContextManager[Tx]:
        """A transaction in which nothing can be written."""
        self.reads += 1
        return self._db.tx(scope, steady=steady)

    def failed(self, error: Exception) -> None:
        """A read did not come about: the primary is asked instead. Of our own errors (404) that may be, too."""
        if not isinstance(error, TorgError) or isinstance(error, Unavailable):
            log.warning("a read from the replica failed", error=type(error).__name__)
        if isinstance(error, psycopg.OperationalError | Unavailable):
            self._has = float("-inf")

    async def run(self) -> None:
        """Look how far it is for as long as somebody reads, until cancelled."""
        while True:
            if self._clock() - self._asked_at > RESTS:
                self._asked.clear()
                await self._asked.wait()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self.look()
            except (psycopg.Error, Unavailable, OSError, TimeoutError) as error:
                self._lost(" ".join(str(error).split()) or "it does not answer")
            await asyncio.sleep(EVERY)

    async def trouble(self) -> str:
        """What is wrong with it, for `torg doctor`; empty when it would serve."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.look()
        except (psycopg.Error, Unavailable, OSError, TimeoutError) as error:
            self._lost(" ".join(str(error).split()) or "it does not answer")
        return self._why

    async def look(self) -> None:
        """Ask both how far they are."""
        at = self._clock()
        async with self._primary.system() as tx:
            end = int(await tx.value(END))
            place = str(await tx.value(PLACE)) if self._place is None else self._place
        async with self._db.system() as tx:
            if self._place is None and str(await tx.value(PLACE)) != place:
                self._lost("it is a replica of another database")
                return
            replayed = await tx.value(REPLAYED)
        if replayed is None:
            self._lost("it is no replica (any more)")
            return
        self._place = place
        self._looks.append((at, end))
        while self._looks and self._looks[0][1] <= int(replayed):
            self._has = self._looks.popleft()[0]
        if self._why:
            log.info("reads go to the replica again")
        self._why = ""

    def _lost(self, why: str) -> None:
        self._has, self._place = float("-inf"), None
        self._looks.clear()
        if not self._why:
            log.error("reads go to the primary: the replica is left out", error=why)
        self._why = why

    def _note(self, keys: Sequence[Key]) -> None:
        """Of what is touched: accounts and whatever else has an id, and what is an account's own."""
        at = self._clock()
        for key in keys:
            if key == EVERYTHING or is_whole(key) or is_gone(key):
                self._whole_at = at
            elif key >> KIND in (0, MINE >> KIND):
                self._touched[key & IDS] = at
        if len(self._touched) > TOLD_APART:
            self._touched = {key: when for key, when in self._touched.items() if when >= self._has}
            if len(self._touched) > TOLD_APART:  # it is far behind
                self._touched.clear()
                self._whole_at = at
