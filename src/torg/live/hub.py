"""The hub: all live readers of a process, fed from the bus, with those that come back fed from the log first."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack

import structlog

from torg.engine.bus import Bus, Logged
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Scope
from torg.live import plain, store
from torg.live.connection import Closed, Connection
from torg.live.crowd import AT_ONCE
from torg.live.delivery import Known, Outgoing, concerns, deliver
from torg.live.model import Topic
from torg.live.reactions import Reactions
from torg.live.room import Present, Room
from torg.live.sampling import Sampler, Thinning
from torg.posts.just_written import JustWritten

log = structlog.get_logger(__name__)

SWEEP_EVERY = 10.0
TOGETHER = 0.1
"""Seconds until those who come are learnt of: with those who come in the meantime."""
BEATS_AT_ONCE = 200
TRIES = 3
RESUMING = 4
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
        fresh: JustWritten | None = None,
    ) -> None:
        """`barring`: kinds of events after which tokens are looked at anew at once. `admits`: asked with each look.

        `fresh`: where plain posts are that this process has just written.
        """
        self.thins: Callable[[], bool] = lambda: False
        """Whether streams show a sample at the moment; set by whoever knows the surge ladder."""
        self.sampler = Sampler(lambda: self.thins())
        self._fresh = fresh if fresh is not None else JustWritten()
        self._admits = admits
        self._db = db
        self._bus = bus
        self._reactions = reactions
        self._barring = frozenset(barring)
        self._rooms: dict[Place, Room] = defaultdict(Room)
        self._catching_up: dict[Connection, asyncio.Task[None]] = {}
        self._claimed: int | None = None
        self._gate = asyncio.Semaphore(RESUMING)
        self._resuming = asyncio.Semaphore(RESUMING)  # all readers come back at once after a restart
        self._meeting = asyncio.Semaphore(1)
        self._sweep = asyncio.Event()
        self._stop: Callable[[], None] = bus.subscribe(self._batch)

    @property
    def position(self) -> int:
        """The number of the newest event that live readers have got or are getting."""
        return self._bus.position if self._claimed is None else self._claimed

    def count(self) -> int:
        """Readers at present."""
        return sum(len(room.connections) for room in self._rooms.values())

    def fullness(self) -> float:
        """How full the readers' queues are, percent on average: one slow reader is no pressure, many are."""
        full = [connection.fullness for room in self._rooms.values() for connection in room.connections]
        return 100 * sum(full) / len(full) if full else 0.0

    def join(self, connection: Connection, *, after: int | None = None) -> None:
        """Let a reader in: with what comes from now on, or with everything after the event numbered `after`.

        Topics are set before. A number from the future (another database's, say) counts as now.
        """
        room = self._rooms[connection.place]
        room.connections.add(connection)
        room.changed()
        self._meet(connection.place, room)
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
        self._changed(connection)

    def unwatch(self, connection: Connection, topic: Topic) -> None:
        connection.topics.discard(topic)
        self._changed(connection)

    def _changed(self, connection: Connection) -> None:
        if (room := self._rooms.get(connection.place)) is not None:
            room.changed()

    def leave(self, connection: Connection) -> None:
        """The reader is gone."""
        if (task := self._catching_up.get(connection)) is not None:
            task.cancel()
        room = self._rooms.get(connection.place)
        if room is not None:
            room.connections.discard(connection)
            room.changed()
            if not room.connections:
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
                self._declare()
                for place, room in self._rooms.items():
                    self._meet(place, room)
                await self.beat()
                try:
                    await self.sweep()
                except Exception:
                    log.exception("could not check the tokens of live readers")
        finally:
            self.close()

    def _declare(self) -> None:
        """Tell what was left out of streams that have fallen silent since, so that no counter is kept to oneself.

        By the number that all readers have got: who is cut off after it resumes from there and misses nothing.
        """
        for room in self._rooms.values():
            said = self.sampler.declared(room.connections, self._bus.position, at_once=not self.thins())
            for connection, message in said:
                connection.offer(message)

    async def beat(self) -> None:
        """A sign of life to those who want one and were not written to since the last."""
        here = [one for room in self._rooms.values() for one in room.connections if one.pulse is not None]
        for number, one in enumerate(here, 1):
            one.beat()
            if not number % BEATS_AT_ONCE:
                await asyncio.sleep(0)

    async def sweep(self) -> None:
        """Close the readers whose token was revoked or has expired, or whose account is barred."""
        holders: dict[tuple[int, int], list[Connection]] = defaultdict(list)
        for room in self._rooms.values():
            for connection in room.connections:
                if connection.actor.token_id is not None:
                    holders[connection.actor.org_id, connection.actor.token_id].append(connection)
        if not holders:
            return
        async with self._db.system() as tx:
            ended = await store.ended_tokens(tx, list(holders))
        for token, connections in holders.items():
            for connection in connections:
                if token in ended:
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
            if room.meeting is not None:
                room.meeting.cancel()
            for connection in room.connections:
                connection.close(Closed.SHUTDOWN)

    async def _batch(self, rows: Sequence[Logged]) -> None:
        """From the bus. Who is live when this begins gets the batch from here; who joins later, from the log."""
        self._claimed = rows[-1].seq
        if not self._barring.isdisjoint(row.kind for row in rows):
            self._sweep.set()
        places: dict[Place, list[Logged]] = defaultdict(list)
        for row in rows:
            places[row.org_id, row.network_id].append(row)
        todo = []
        for place, events in places.items():
            if (room := self._rooms.get(place)) is not None:
                room.crowd.heed(*place, events)
                events = [row for row in events if concerns(row, self._reactions)]
                present = room.present()
                room.crowd.part(present.accounts)
                if events and present.all:
                    todo.append(self._live(place, events, room, present))
        if len(todo) == 1:
            await todo[0]
        elif todo:
            await asyncio.gather(*todo)

    async def _live(self, place: Place, rows: Sequence[Logged], room: Room, present: Present) -> None:
        here = present.all
        taken = [self._plain(row, here[0]) for row in rows]
        for attempt in range(TRIES):
            try:
                async with self._gate:
                    thinning = self.sampler.batch()
                    sendings, outgoing = await self._outgoing(place, rows, taken, room, present, thinning)
            except Exception:
                log.exception("live delivery failed", org=place[0], network=place[1], attempt=attempt + 1)
                await asyncio.sleep(0.2 * attempt)
            else:
                for sending in sendings:
                    Connection.offer_all(sending.to, sending.message)
                for connection, message in outgoing:
                    connection.offer(message)
                thinning.done()
                for connection, message in self.sampler.declared(here, rows[-1].seq) if self.thins() else ():
                    connection.offer(message)
                return
        for connection in here:
            connection.close(Closed.FAILURE)

    def _plain(self, row: Logged, anyone: Connection) -> plain.Plain | None:
        found = plain.plain(row, self._fresh)
        return found if found is not None and plain.shows(found, anyone, self._reactions.bare) else None

    async def _outgoing(
        self,
        place: Place,
        rows: Sequence[Logged],
        taken: Sequence[plain.Plain | None],
        room: Room,
        present: Present,
        thinning: Thinning,
    ) -> tuple[list[plain.Sending], list[Outgoing]]:
        """Everything for everybody, in the order of the events: all in one of the two."""
        made: list[Outgoing] = []
        sendings: list[plain.Sending] = []
        async with AsyncExitStack() as stack:
            opened: list[Tx] = []
            scope = Scope(place[0], (place[1],))

            async def tx() -> Tx:
                if not opened:
                    opened.append(await stack.enter_async_context(self._db.tx(scope, steady=True)))
                return opened[0]

            unread = [row for row, one in zip(rows, taken, strict=True) if one is None and plain.may_be_read(row)]
            if unread and present.simple:
                views = self._reactions.views
                read = await plain.read(await tx(), unread, present.all[0].actor, present.accounts, views)
                bare = self._reactions.bare
                shown = {seq: one for seq, one in read.items() if plain.shows(one, present.all[0], bare)}
                taken = [one or shown.get(row.seq) for row, one in zip(rows, taken, strict=True)]
            found = [one for one in taken if one is not None]
            others = [row for row, one in zip(rows, taken, strict=True) if one is None]
            if found:
                if not room.crowd.knows(present.accounts):
                    await room.crowd.learn(await tx(), room.crowd.strangers(present.accounts))
                for one in found:
                    sendings += thinning.sendings(
                        plain.sendings(one, present, room.crowd, self._reactions.bare), one.post.people
                    )
                if apart := plain.intricate(present, room.crowd):
                    those = [row for row, one in zip(rows, taken, strict=True) if one is not None]
                    made += await deliver(await tx(), those, apart, self._reactions, thinning.thin)
            if others:
                near = room.crowd.near if room.crowd.knows(present.accounts) else None
                made += await deliver(await tx(), others, present.all, self._reactions, thinning.thin, near=near)
                made.sort(key=lambda outgoing: outgoing.message.seq)
        if sendings and made:
            sendings += [plain.Sending(message, [connection]) for connection, message in made]
            sendings.sort(key=lambda sending: sending.message.seq)
            made = []
        return sendings, made

    def _meet(self, place: Place, room: Room) -> None:
        """Have the crowd learn of those who came, and again of those who are here long, before a post asks for them."""
        if room.meeting is None or room.meeting.done():
            room.meeting = asyncio.create_task(self._acquaint(place, room))

    async def _acquaint(self, place: Place, room: Room) -> None:
        crowd = room.crowd
        try:
            await asyncio.sleep(TOGETHER)
            async with self._meeting:
                here = room.present().accounts
                asked = crowd.strangers(here) + crowd.refresh(here)
                for first in range(0, len(asked), AT_ONCE):
                    async with self._db.tx(Scope(place[0], (place[1],)), steady=True) as tx:
                        await crowd.learn(tx, asked[first : first + AT_ONCE])
        except Exception:
            log.exception("could not learn of readers in time", org=place[0], network=place[1])

    async def _made(self, rows: Sequence[Logged], connection: Connection, known: Known) -> list[Outgoing]:
        async with self._db.tx(Scope(connection.place[0], (connection.place[1],)), steady=True) as tx:
            return await deliver(tx, rows, [connection], self._reactions, known_before=known)

    async def _catch_up(self, connection: Connection) -> None:
        """Feed a reader from the log until it has reached what live readers have; then it is one of them.

        Between the last look at `position` and `live` nothing is awaited, so no event falls between the two.
        """
        began, ended = connection.position, self.position

        def known(published: int, told: int) -> bool:
            """What was to be found when the reader came is found under its own number, if that is resumed."""
            return published > began and told <= ended

        try:
            while connection.closed is None:
                until = self.position
                if connection.position >= until:
                    connection.live = True
                    self._changed(connection)
                    return
                async with self._resuming:
                    rows = await self._bus.past(*connection.place, after=connection.position, until=until)
                    missed = await self._made(rows, connection, known) if rows else []
                for _, message in missed:
                    await connection.put(message)
                connection.position = rows[-1].seq if rows else until
        except Exception:
            log.exception("could not resume a reader", after=connection.position)
            connection.close(Closed.FAILURE)
