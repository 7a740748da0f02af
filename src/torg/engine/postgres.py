"""PostgreSQL behind two words: `Tx`, a transaction with its tenant set, and `Database`, which opens them.

The application's role owns nothing and sees no row before `BEGIN; SELECT set_config(…)`, sent as one
simple query so that the tenant costs no round trip of its own (DESIGN §2.2, §3).
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar, cast, overload

import msgspec
import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import args_row, dict_row, tuple_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads

from torg.engine.changes import changes
from torg.engine.keys import untold, written
from torg.engine.pool import Pool
from torg.engine.steady import STEADY, Learnt, roll_back
from torg.kernel.actor import Scope

T = TypeVar("T")
Params = Mapping[str, Any] | Sequence[Any] | None
Row = dict[str, Any]

set_json_dumps(msgspec.json.encode)
set_json_loads(msgspec.json.decode)

NATIVE = (bytes,)
PLAIN = ("INSERT", "UPDATE", "DELETE")
KEPT = 2
"""Connections of the application that are kept however idle, and know their plans (`Database.ready`)."""
ANNOUNCE = "INSERT INTO outbox (org_id, network_id, kind, payload) VALUES (%s, %s, %s, %s)"


DatabaseError = psycopg.Error
UniqueViolation = psycopg.errors.UniqueViolation


def trouble(error: DatabaseError) -> str:
    """What PostgreSQL said, and what to do about it, for a person at the command line."""
    said = " ".join(str(error).split())
    if isinstance(error, psycopg.errors.DiskFull):
        return f"The database has no room left: {said}. Make room on its disk; nothing that was acknowledged is lost."
    if isinstance(error, psycopg.OperationalError):
        return f"The database does not answer: {said}. Is it running? torg doctor tells more."
    return f"The database refused: {said}. Run torg migrate, then torg doctor."


def heed_cancelling() -> None:
    """End the present task if it was asked to end: Python 3.11's wait_for, on which psycopg waits, may swallow that."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def json(value: object) -> Jsonb:
    """A value (dict, list, Struct) as a jsonb parameter."""
    return Jsonb(value)


class Tx:
    """An open transaction. Parameters are named (`%(x)s`) or positional (`%s`)."""

    def __init__(
        self,
        connection: psycopg.AsyncConnection[Any],
        scope: Scope | None,
        begin: str = "BEGIN",
        *,
        steady: bool = False,
        learnt: Learnt | None = None,
    ) -> None:
        self._connection = connection
        self._learnt = learnt
        self._scope = scope
        self._begin = begin
        self._steady = self._begun_steady = steady
        self._root: Tx | None = None  # not itself: a ring would wait for the collector of garbage
        self._written: set[str] = set()
        self.after: list[Callable[[], None]] = []
        self.later: list[tuple[Scope, Callable[[Tx], Awaitable[None]]]] = []

    @property
    def scope(self) -> Scope:
        """The tenant; a system transaction has none."""
        if self._scope is None:
            raise RuntimeError("a system transaction has no tenant")
        return self._scope

    @property
    def database(self) -> str:
        """Which database this is: what a process remembers of a network, it remembers by this and the network's id."""
        info = self._connection.info
        return f"{info.host}:{info.port}/{info.dbname}"

    async def _cursor(self, sql: str, params: Params, factory: Any) -> psycopg.AsyncCursor[Any]:
        cursor = self._connection.cursor(row_factory=factory)
        await cursor.execute(cast(Any, sql), params, prepare=True if self._steady else None)
        if self._steady and self._learnt is not None:
            self._learnt.note(sql, params)
        if cursor.rowcount or ";" in sql or not sql.lstrip().startswith(PLAIN):  # a plain one that met no row is none
            self._note(sql)
        return cursor

    @overload
    async def all(self, sql: str, params: Params = None) -> list[Row]: ...
    @overload
    async def all(self, sql: str, params: Params = None, *, as_: type[T]) -> list[T]: ...
    async def all(self, sql: str, params: Params = None, *, as_: type[Any] | None = None) -> list[Any]:
        """All rows, as dicts or converted by column name to the struct `as_`."""
        rows = await (await self._cursor(sql, params, dict_row)).fetchall()
        return rows if as_ is None else msgspec.convert(rows, list[as_], builtin_types=NATIVE)  # type: ignore[valid-type]

    @overload
    async def one(self, sql: str, params: Params = None) -> Row | None: ...
    @overload
    async def one(self, sql: str, params: Params = None, *, as_: type[T]) -> T | None: ...
    async def one(self, sql: str, params: Params = None, *, as_: type[Any] | None = None) -> Any:
        """The first row, or None."""
        row = await (await self._cursor(sql, params, dict_row)).fetchone()
        return row if row is None or as_ is None else msgspec.convert(row, as_, builtin_types=NATIVE)

    async def each(self, sql: str, params: Params, make: Callable[..., T]) -> list[T]:
        """All rows, each made of its columns in their order: for many, where nothing has to be converted."""
        return await (await self._cursor(sql, params, args_row(make))).fetchall()

    async def column(self, sql: str, params: Params = None) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in await (await self._cursor(sql, params, tuple_row)).fetchall()]

    async def value(self, sql: str, params: Params = None) -> Any:
        """The first column of the first row, or None."""
        row = await (await self._cursor(sql, params, tuple_row)).fetchone()
        return row[0] if row else None

    async def run(self, sql: str, params: Params = None) -> int:
        """Execute; the number of rows touched."""
        return (await self._cursor(sql, params, tuple_row)).rowcount

    async def many(self, sql: str, rows: Sequence[Params]) -> None:
        """Execute once per row of parameters, batched on the wire."""
        if rows:
            self._note(sql)
            await self._connection.cursor().executemany(cast(Any, sql), cast(Any, rows))

    def copy(self, sql: str) -> AbstractAsyncContextManager[psycopg.AsyncCopy]:
        """`COPY … FROM STDIN` for bulk loads; write rows with `write_row`."""
        self._note(sql)
        return self._connection.cursor().copy(cast(Any, sql))

    def _note(self, sql: str) -> None:
        """Whoever remembers answers is told which tables were written, once they are."""
        if not (tables := written(sql)):
            return
        if not self._written:
            (self._root or self).after_commit(self._tell)
        self._written |= tables

    def _tell(self) -> None:
        tables, self._written = self._written, set()
        changes.wrote(self._scope, tables)

    async def announce(self) -> None:
        """Before the commit: put into the log what no event of this transaction tells of, for other machines."""
        if self._written:
            for org, network, kind, payload in untold(self._scope, self._written):
                values = (org, network, kind, Jsonb(payload))
                await self._connection.execute(ANNOUNCE, values)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` once the transaction is durable; never if it is rolled back."""
        self.after.append(call)

    def afterwards(self, scope: Scope, do: Callable[[Tx], Awaitable[None]]) -> None:
        """`do` in a transaction of its own once this one has ended, even if rolled back: the trace of a refusal."""
        self.later.append((scope, do))

    async def finish(self) -> None:
        """Do what was to be done afterwards; for `Database` alone."""
        while self.later and not self.broken:
            scope, do = self.later.pop(0)
            await self._connection.execute(cast(Any, _begin(scope)), prepare=False)
            try:
                await do(Tx(self._connection, scope))
            except BaseException:
                await roll_back(self._connection)
                raise
            await self._connection.execute("COMMIT", prepare=False)

    def within(self, scope: Scope) -> Tx:
        """The same transaction seen with a tenant: for effects, which the relay runs for all of them."""
        inner = Tx(self._connection, scope)
        inner.later = self.later
        inner._root = self._root or self
        return inner

    @property
    def broken(self) -> bool:
        """Whether the connection is lost, so that nothing more can be said on it."""
        return self._connection.closed or self._connection.broken

    async def seen_by(self, viewer: int, *, guest: bool = False) -> None:
        """From now on as this account sees it: for an edge that learns within the transaction who asks."""
        self._scope = msgspec.structs.replace(self.scope, viewer=viewer, guest=guest)
        self._begin = _begin(self._scope)
        await self._connection.execute(cast(Any, f"SELECT {_viewer(self._scope)}"), prepare=False)

    async def steady(self) -> None:
        """From now on plan statements once, not anew for each call's values: where indexes answer whatever is asked.

        Row security makes planning dear. Once means from the first call on: otherwise each connection plans a
        statement five times before it prepares it. Not for searches: a LIKE or a tsquery is planned by what it looks
        for.
        """
        if not self._steady:
            self._steady = True
            await self._connection.execute(cast(Any, f"SELECT {STEADY}"), prepare=False)

    async def renew(self) -> None:
        """Commit, and go on in a new transaction of the same tenant, in one round trip.

        For an edge whose verb is done and whose answer has yet to be read: the rows that the verb locked (an
        author's, a much-answered post's) are free while the answer is put together.
        """
        self._refuse_failed()
        await self.announce()
        await self._connection.execute(cast(Any, f"COMMIT; {self._begin}"), prepare=False)
        self._steady = self._begun_steady
        self.committed()

    def committed(self) -> None:
        """Do what waited for the commit."""
        waiting, self.after = self.after, []
        for call in waiting:
            call()

    def _refuse_failed(self) -> None:
        # COMMIT of a failed transaction is a silent ROLLBACK: nothing would be kept, yet it would be acknowledged.
        if self._connection.info.transaction_status is TransactionStatus.INERROR:
            raise RuntimeError("a statement failed and its error was swallowed: there is nothing to commit")

    async def commit(self) -> None:
        """End the transaction; for `Database` alone."""
        self._refuse_failed()
        await self.announce()
        await self._connection.execute("COMMIT", prepare=False)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that may fail alone: rolled back on an exception, which goes on upwards."""
        await self._connection.execute("SAVEPOINT part", prepare=False)
        try:
            yield
        except BaseException:
            if not self.broken:
                await roll_back(self._connection, " TO part; RELEASE part")
            raise
        else:
            await self._connection.execute("RELEASE part", prepare=False)


class Database:
    """Two pools: the application's, under row-level security, and the system's, which sees all tenants."""

    def __init__(self, app_conninfo: str, system_conninfo: str, *, size: int = 10, kept: int = KEPT) -> None:
        self.app_conninfo = app_conninfo
        self.system_conninfo = system_conninfo
        self._learnt = Learnt()
        self._app = Pool(app_conninfo, min(kept, size), size, ready=self._learnt.plan)
        self._system = Pool(system_conninfo, 0, 5, idle=30.0)  # they plan each time, and are needed now and then

    async def open(self) -> None:
        """Open the pools; the first connection is made at once so that a wrong address shows, if any is kept."""
        await self._app.open()
        await self._system.open()

    async def close(self) -> None:
        await self._app.close()
        await self._system.close()

    @property
    def asked(self) -> int:
        """How many transactions of tenants were begun since the start."""
        return self._app.asked

    async def ready(self) -> None:
        """Let each of the connections that are always kept plan what one of them has planned: for quiet times."""
        await self._app.spread(KEPT)

    def waited(self) -> tuple[int, int, int]:
        """How many times a connection was asked for since the start, milliseconds waited for one, who waits now."""
        pools = (self._app, self._system)
        return sum(p.asked for p in pools), int(sum(p.waited_ms for p in pools)), sum(p.waiting for p in pools)

    def tx(self, scope: Scope, *, steady: bool = False) -> AbstractAsyncContextManager[Tx]:
        """A transaction that sees only the scope's rows: commits on success, rolls back on an exception.

        `steady` as `Tx.steady`, without a round trip of its own.
        """
        begin = f"{_begin(scope)}, {STEADY}" if steady else _begin(scope)
        return _transaction(self._app, begin, scope, steady=steady, learnt=self._learnt)

    async def once(self, sql: str, params: Params) -> list[Any]:
        """One statement that is a transaction by itself, in one trip; its rows as tuples.

        For a function of ours that sets its tenant itself. What it wrote nobody is told of but by the caller.
        """
        connection = await _living(self._app)
        try:
            cursor = connection.cursor(row_factory=tuple_row)
            await cursor.execute(cast(Any, sql), params, prepare=True)
            return await cursor.fetchall()
        finally:
            await self._app.put(connection)

    def system(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction over all tenants: the relay, jobs, the command line, finding a network by host."""
        return _transaction(self._system, "BEGIN", None)

    async def listen(self, channel: str) -> psycopg.AsyncConnection[Any]:
        """A connection of its own that LISTENs; the caller reads `.notifies()` and closes it."""
        connection = await psycopg.AsyncConnection.connect(self.system_conninfo, autocommit=True)
        await connection.execute(cast(Any, f"LISTEN {channel}"))
        return connection


def _begin(scope: Scope) -> str:
    networks = ",".join(str(int(n)) for n in scope.network_ids)
    return (
        f"BEGIN; SELECT set_config('torg.org','{int(scope.org_id)}',true),"
        f" set_config('torg.networks','{{{networks}}}',true){f', {_viewer(scope)}' if scope.viewer is not None else ''}"
    )


def _viewer(scope: Scope) -> str:
    viewer = "" if scope.viewer is None else int(scope.viewer)
    guest = "on" if scope.guest else ""
    return f"set_config('torg.viewer','{viewer}',true), set_config('torg.guest','{guest}',true)"


async def _begun(pool: Pool, begin: str) -> psycopg.AsyncConnection[Any]:
    """A connection in a transaction. Those that were cut while they lay in the pool are left for the next."""
    cut = 0
    while True:
        connection = await pool.take()
        try:
            await connection.execute(cast(Any, begin), prepare=False)
        except BaseException as error:
            await pool.put(connection)
            cut += 1
            if not (isinstance(error, psycopg.OperationalError) and connection.closed) or cut > pool.most:
                raise
        else:
            return connection


async def _living(pool: Pool) -> psycopg.AsyncConnection[Any]:
    """A connection. On those that were cut while they lay in the pool there is something to read, if only the end."""
    while True:
        connection = await pool.take()
        look = select.poll()
        look.register(connection.fileno(), select.POLLIN)
        if not look.poll(0):
            return connection
        await connection.close()
        await pool.put(connection)


@asynccontextmanager
async def _transaction(
    pool: Pool, begin: str, scope: Scope | None, *, steady: bool = False, learnt: Learnt | None = None
) -> AsyncIterator[Tx]:
    connection = await _begun(pool, begin)
    tx = Tx(connection, scope, begin, steady=steady, learnt=learnt)
    try:
        try:
            yield tx
        except BaseException:
            if not connection.closed:
                await roll_back(connection)
                await tx.finish()
            raise
        await tx.commit()
        await tx.finish()
    finally:
        await pool.put(connection)
    tx.committed()
