"""The hub: all live readers of a process, fed from the bus, with those that come back fed from the log first."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from torg.engine.bus import Bus, Logged
from torg.engine.postgres import Database
from torg.kernel.actor import Scope
from torg.live import store
from torg.live.connection import Closed, Connection
from torg.live.delivery import Outgoing, Reactions, deliver
from torg.live.model import Topic

log = structlog.get_logger(__name__)

SWEEP_EVERY = 10.0
TRIES = 3
AT_ONCE = 4
Place = tuple[int, int]
Admits = Callable[[Connection], Awaitable[bool]]
"""Whether the policies of its network still let a reader in."""


class Hub:
    """`run()` until cancelled; `join`, `watch`, `leave` for edges. One per process."""

    def __init__(
        self,
        db: Database,
        bus: Bus,
        reactions: Reactions,
        *,
        barring: Iterable[str] = (),
        admits: Admits | None = None,
    ) -> None:
        """`barring`: kinds of events after which tokens are looked at anew at once. `admits`: asked with each look."""
        self._admits = admits
        self._db = db
        self._bus = bus
        self._reactions = reactions
        self._barring = frozenset(barring)
        self._rooms: dict[Place, set[Connection]] = defaultdict(set)
        self._catching_up: dict[Connection, asyncio.Task[None]] = {}
        self._claimed: int | None = None
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._sweep = asyncio.Event()
        self._stop: Callable[[], None] = bus.subscribe(self._batch)

    @property
    def position(self) -> int:
        """The number of the newest event that live readers have got or are getting."""
        return self._bus.position if self._claimed is None else self._claimed

    def count(self) -> int:
        """Readers at present."""
        return sum(len(room) for room in self._rooms.values())

    def fullness(self) -> float:
        """How full the readers' queues are, percent on average: one slow reader is no pressure, many are."""
        readers = self.count()
        return 100 * sum(c.fullness for room in self._rooms.values() for c in room) / readers if readers else 0.0

    def join(self, connection: Connection, *, after: int | None = None) -> None:
        """Let a reader in: with what comes from now on, or with everything after the event numbered `after`.

        Topics are set before. A number from the future (another database's, say) counts as now.
        """
        self._rooms[connection.place].add(connection)
        if after is None or after >= self.position:
            connection.position = self.position
            connection.live = True
            return
        connection.position = max(after, 0)
        task = asyncio.create_task(self._catch_up(connection))
        self._catching_up[connection] = task
        task.add_done_callback(lambda _: self._catching_up.pop(connection, None))

    def watch(self, connection: Connection, topic: Topic) -> None:
        """Add a topic to a reader (a WebSocket's subscribe)."""
        connection.topics.add(topic)

    def unwatch(self, connection: Connection, topic: Topic) -> None:
        connection.topics.discard(topic)

    def leave(self, connection: Connection) -> None:
        """The reader is gone."""
        if (task := self._catching_up.get(connection)) is not None:
            task.cancel()
        room = self._rooms.get(connection.place)
        if room is not None:
            room.discard(connection)
            if not room:
                del self._rooms[connection.place]

    async def run(self) -> None:
        """Close readers whose token no longer holds, every few seconds and when an event says so."""
        try:
            while True:
                try:
                    async with asyncio.timeout(SWEEP_EVERY):
                        await self._sweep.wait()
                except TimeoutError:
                    pass
                self._sweep.clear()
                try:
                    await self.sweep()
                except Exception:
                    log.exception("could not check the tokens of live readers")
        finally:
            self.close()

    async def sweep(self) -> None:
        """Close the readers whose token was revoked or has expired, or whose account is barred."""
        holders: dict[tuple[int, int], list[Connection]] = defaultdict(list)
        for room in self._rooms.values():
            for connection in room:
                if connection.actor.token_id is not None:
                    holders[connection.actor.org_id, connection.actor.token_id].append(connection)
        if not holders:
            return
        async with self._db.system() as tx:
            valid = await store.valid_tokens(tx, list(holders))
        for token, connections in holders.items():
            for connection in connections:
                if token not in valid:
                    connection.close(Closed.REVOKED)
                elif self._admits is not None and not await self._admits(connection):
                    connection.close(Closed.REFUSED)

    def close(self) -> None:
        """End all readers: the server is going down."""
        self._stop()
        self._stop = lambda: None
        for task in list(self._catching_up.values()):
            task.cancel()
        for room in self._rooms.values():
            for connection in room:
                connection.close(Closed.SHUTDOWN)

    async def _batch(self, rows: Sequence[Logged]) -> None:
        """From the bus. Who is live when this begins gets the batch from here; who joins later, from the log."""
        self._claimed = rows[-1].seq
        if not self._barring.isdisjoint(row.kind for row in rows):
            self._sweep.set()
        places: dict[Place, list[Logged]] = defaultdict(list)
        for row in rows:
            places[row.org_id, row.network_id].append(row)
        present = {
            place: [c for c in self._rooms[place] if c.live and c.closed is None]
            for place in places
            if place in self._rooms
        }
        await asyncio.gather(*(self._live(place, places[place], here) for place, here in present.items() if here))

    async def _live(self, place: Place, rows: Sequence[Logged], here: Sequence[Connection]) -> None:
        for attempt in range(TRIES):
            try:
                async with self._gate:
                    outgoing = await self._made(place, rows, here)
            except Exception:
                log.exception("live delivery failed", org=place[0], network=place[1], attempt=attempt + 1)
                await asyncio.sleep(0.2 * attempt)
            else:
                for connection, message in outgoing:
                    connection.offer(message)
                for connection in here:
                    connection.position = rows[-1].seq
                return
        for connection in here:
            connection.close(Closed.FAILURE)

    async def _made(self, place: Place, rows: Sequence[Logged], here: Sequence[Connection]) -> list[Outgoing]:
        async with self._db.tx(Scope(place[0], (place[1],)), steady=True) as tx:
            return await deliver(tx, rows, here, self._reactions)

    async def _catch_up(self, connection: Connection) -> None:
        """Feed a reader from the log until it has reached what live readers have; then it is one of them.

        Between the last look at `position` and `live` nothing is awaited, so no event falls between the two.
        """
        try:
            while connection.closed is None:
                until = self.position
                if connection.position >= until:
                    connection.live = True
                    return
                rows = await self._bus.past(*connection.place, after=connection.position, until=until)
                for _, message in await self._made(connection.place, rows, [connection]) if rows else []:
                    await connection.put(message)
                connection.position = rows[-1].seq if rows else until
        except Exception:
            log.exception("could not resume a reader", after=connection.position)
            connection.close(Closed.FAILURE)
