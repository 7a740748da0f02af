"""Connections to PostgreSQL that are kept: the one used last is used next, and a new one is ready before it is given.

A connection's first statements cost tens of milliseconds, since each PostgreSQL process reads the catalogs and plans
for itself. So few connections are used as long as they suffice: another one is opened when somebody has waited, not
when somebody has to wait, and what goes back to the pool is the next to be taken.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import psycopg
import structlog
from psycopg.pq import TransactionStatus

from torg.kernel.errors import Unavailable

Connection = psycopg.AsyncConnection[Any]
Ready = Callable[[Connection], Awaitable[None]]

log = structlog.get_logger(__name__)

PATIENCE = 0.04
"""Seconds without a connection coming back after which another is opened for those who wait: most transactions end
within a few thousandths."""
ENOUGH = 0.05
"""Seconds that anybody waits before another is opened all the same."""
WAIT = 15.0
ROOM = 1_000
"""Who may wait for a connection at a time: whoever comes beyond is told at once to come back, before anything began."""
IDLE = 120.0
"""Seconds after which a connection that nobody used is closed."""
LIFETIME = 3600.0
"""Seconds after which a connection is closed: PostgreSQL's processes grow with all that they have planned."""
AGAIN = (0.1, 0.2, 0.5, 1.0)
"""Seconds between attempts to connect."""


class Pool:
    """At most `most` connections, of which `least` are kept however idle. `ready` is done with each new one."""

    def __init__(
        self,
        conninfo: str,
        least: int,
        most: int,
        *,
        ready: Ready | None = None,
        patience: float = PATIENCE,
        idle: float = IDLE,
        room: int = ROOM,
    ) -> None:
        self._conninfo = conninfo
        self.room = room
        self._least, self.most = least, most
        self._ready = ready
        self._patience, self._idle = patience, idle
        self._free: list[Connection] = []
        self._born: dict[Connection, float] = {}
        self._used: dict[Connection, float] = {}
        self._opening = 0
        self._waiters: deque[tuple[float, asyncio.Future[Connection]]] = deque()
        self._came = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._tidying: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._trouble = ""
        self.asked = 0
        """How many times a connection was asked for."""
        self.waited_ms = 0.0

    @property
    def waiting(self) -> int:
        """Who waits for a connection now."""
        return sum(not one.done() for _, one in self._waiters)

    @property
    def size(self) -> int:
        """Connections that are open or being opened."""
        return len(self._born) + self._opening

    async def open(self, seconds: float = 30.0) -> None:
        """Make the first connection if one is always kept, so that a wrong address shows: OperationalError."""
        self._tidy()
        if not self._least:
            return
        try:
            await self.put(await self.take(seconds))
        except Unavailable as error:
            raise psycopg.OperationalError(self._trouble) from error

    async def take(self, seconds: float = WAIT) -> Connection:
        """A connection outside a transaction; `put` it back. Unavailable: none in time, or no room to wait."""
        if self._closed:
            raise Unavailable(log="the pool of database connections is closed")
        self.asked += 1
        while self._free:
            connection = self._free.pop()
            if not connection.closed:
                return connection
            self._lost(connection)
        if len(self._waiters) >= self.room and self.waiting >= self.room:
            raise Unavailable(log=f"{self.room} wait for a database connection")
        future: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        began = time.monotonic()
        self._waiters.append((began, future))
        self._watch()
        try:
            async with asyncio.timeout(seconds):
                return await future
        except BaseException as error:
            if future.done() and not future.cancelled():
                self._give(future.result())
            future.cancel()
            if isinstance(error, TimeoutError):
                raise Unavailable(log=f"no database connection within {seconds:.0f} s. {self._trouble}") from error
            raise
        finally:
            self.waited_ms += 1000 * (time.monotonic() - began)

    async def put(self, connection: Connection) -> None:
        """Take a connection back. One that is lost or still in a transaction is not used again."""
        old = time.monotonic() - self._born.get(connection, 0.0) > LIFETIME
        idle = connection.info.transaction_status is TransactionStatus.IDLE
        if self._closed or old or connection.closed or not idle:
            self._lost(connection)
            await connection.close()
            if self._waiters:
                self._watch()
        else:
            self._give(connection)

    async def spread(self, least: int) -> None:
        """Have so many connections, all made ready: what one of them has learnt to do, all have done once.

        For quiet times: connections that somebody needs meanwhile are left alone.
        """
        there = list(self._free)
        await asyncio.gather(*(self._open_one() for _ in range(min(least, self.most) - self.size)))
        if self._ready is None:
            return
        for connection in there:
            if connection in self._free and not connection.closed:
                self._free.remove(connection)
                try:
                    await self._ready(connection)
                finally:
                    await self.put(connection)

    async def close(self) -> None:
        """Close what is free now and what is out when it comes back; whoever waits is sent away."""
        self._closed = True
        for timer in (self._timer, self._tidying):
            if timer is not None:
                timer.cancel()
        while self._waiters:
            if not (waiter := self._waiters.popleft()[1]).done():
                waiter.set_exception(Unavailable(log="the pool of database connections was closed"))
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in self._free:
            self._lost(connection)
            await connection.close()
        self._free.clear()

    def _give(self, connection: Connection) -> None:
        """To whoever waits longest, or to the top of the pile."""
        self._came = self._used[connection] = time.monotonic()
        while self._waiters:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self._free.append(connection)

    def _lost(self, connection: Connection) -> None:
        self._born.pop(connection, None)
        self._used.pop(connection, None)

    def _watch(self) -> None:
        """See soon whether those who wait need another one: at once if there is none at all."""
        if self._closed or self._timer is not None:
            return
        if not self.size:
            self._open_one()
        self._timer = asyncio.get_running_loop().call_later(self._patience, self._grow, time.monotonic())

    def _grow(self, since: float) -> None:
        """Open one more, not two at a time, if none came back or the one who waits longest has waited for too long."""
        self._timer = None
        while self._waiters and self._waiters[0][1].done():
            self._waiters.popleft()
        if not self._waiters or self._closed:
            return
        late = time.monotonic() - self._waiters[0][0] > ENOUGH
        if self.size < self.most and not self._opening and (late or self._came <= since):
            self._open_one()
        if self.size < self.most:
            self._watch()

    def _open_one(self) -> asyncio.Task[None]:
        self._opening += 1
        return self._spawn(self._opened())

    async def _opened(self) -> None:
        connection = None
        try:
            connection = await self._connected()
            if connection is not None and self._ready is not None:
                await self._ready(connection)
        except psycopg.Error as error:
            log.warning("a new database connection was not made ready", error=str(error))
        except BaseException:
            if connection is not None:
                await connection.close()
            raise
        finally:
            self._opening -= 1
        if connection is not None:
            self._born[connection] = time.monotonic()
            await self.put(connection)

    async def _connected(self) -> Connection | None:
        """A new connection, tried for as long as somebody waits."""
        attempt = 0
        while True:
            try:
                return await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
            except psycopg.OperationalError as error:
                self._trouble = " ".join(str(error).split())
                if attempt and not self.waiting:
                    return None
            await asyncio.sleep(AGAIN[min(attempt, len(AGAIN) - 1)])
            attempt += 1

    def _tidy(self) -> None:
        """Close, now and then, what nobody used for long; those at the bottom of the pile are used least."""
        now = time.monotonic()
        while len(self._born) > self._least and self._free and now - self._used[self._free[0]] > self._idle:
            connection = self._free.pop(0)
            self._lost(connection)
            self._spawn(connection.close())
        self._tidying = asyncio.get_running_loop().call_later(self._idle / 4, self._tidy)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
