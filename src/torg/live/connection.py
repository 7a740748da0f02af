"""One reader of live streams: what it watches, and the bounded queue between the hub and the wire."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from enum import StrEnum

from torg.kernel.actor import Actor
from torg.live.model import EVERYTHING, NOTIFICATION, USER, Form, Message, Tally, Topic, as_frame

QUEUE = 512
SCOPED = frozenset({"notification", "notifications_merged"})
Way = Callable[[bytes], bool | None]
"""Writes bytes to the wire now. False if it did not, since the wire is not free: then they have to wait."""


class Closed(StrEnum):
    """Why the hub ended a connection."""

    OVERFLOW = "the reader is too slow"
    REVOKED = "the access token is no longer valid"
    REFUSED = "the network's policies refuse this reader by now"
    SHUTDOWN = "the server is going down"
    FAILURE = "the server could not read its log"
    GONE = "the reader hung up"


class Connection:
    """A reader. The edge awaits `next()` and writes; the hub fills the queue and never waits for it.

    A reader that falls `QUEUE` messages behind is closed: it can come back and resume from the log, whereas an
    unbounded queue would take the memory of everybody else.

    An edge that can write without waiting says so by `open`: then a message goes out at once whenever nothing is
    queued and the edge writes nothing itself, and the queue is only made when the wire is not free. An edge without a
    task that waits in `next` sets `wake`, which is called when there is something to fetch by it.
    """

    __slots__ = (
        "_most", "_queue", "_room", "_waiter", "_way", "actor", "busy", "closed", "direct", "form", "ip", "live",
        "origin", "position", "pulse", "still", "tallies", "topics", "wake",
    )  # fmt: skip

    def __init__(self, actor: Actor, origin: str, *, ip: str = "", queue: int = QUEUE) -> None:
        self.actor = actor
        self.ip = ip
        self.origin = origin
        self.topics: set[Topic] = set()
        self.tallies: dict[Topic, Tally] | None = None
        """What was left out of its streams in a surge, if anything ever came in one."""
        self.position = 0
        self.live = False
        self.closed: Closed | None = None
        self.form: Form = as_frame
        self.busy = True
        """Whether the edge has something under way, or has not begun: nothing may be written past it."""
        self.direct: Way | None = None
        """The way out if it is free: kept up to date, so that a delivery looks at nothing else."""
        self.pulse: bytes | None = None
        """What is written every few seconds, so that nothing between takes the silence for an end."""
        self.still = True
        """Whether nothing went out since the last of those."""
        self.wake: Callable[[], None] | None = None
        self._way: Way | None = None
        self._most = queue
        self._queue: deque[Message | None] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None

    @property
    def place(self) -> tuple[int, int]:
        return self.actor.org_id, self.actor.network_id

    @property
    def fullness(self) -> float:
        """How much of the queue is taken, from 0 to 1."""
        return len(self._queue) / self._most if self._queue else 0.0

    @property
    def waits(self) -> bool:
        """Whether something is queued: a message, or the end."""
        return bool(self._queue)

    def open(self, way: Way) -> None:
        """The wire takes bytes (again)."""
        self._way = way
        self._settle()

    def shut(self) -> None:
        """The wire takes no more bytes for now, or for ever: what comes is queued."""
        self._way = self.direct = None

    def rest(self) -> None:
        """The edge has nothing under way any more, and does not wait in `next` either."""
        self.busy = False
        if self._queue and self.wake is not None:
            self.busy = True
            self.wake()
        self._settle()

    def _settle(self) -> None:
        free = not self.busy and not self._queue and self.closed is None
        self.direct = self._way if free else None

    def wants(self, topic: Topic, event: str) -> bool:
        """Whether the token lets this event of the topic through (notifications need their own scope)."""
        if event in SCOPED and topic.name in (USER, NOTIFICATION, EVERYTHING):
            return self.actor.granted("read:notifications")
        return True

    def offer(self, message: Message) -> None:
        """Live delivery: at once, or the end of a reader that does not keep up."""
        if self.closed is not None or not self.wants(message.topic, message.frame.event):
            return
        self.still = False
        if self.direct is None or self.direct(self.form(message)) is False:
            self._add(message)

    def beat(self) -> None:
        """A sign of life, if it is wanted and nothing else was one since the last."""
        if self.still and self.pulse is not None and self.direct is not None:
            self.direct(self.pulse)
        self.still = True

    @staticmethod
    def offer_all(connections: Iterable[Connection], message: Message) -> None:
        """One message to many: `offer` with what is the same for all done once."""
        if message.frame.event in SCOPED:
            for one in connections:
                one.offer(message)
            return
        form: Form | None = None
        wire = b""
        for one in connections:
            direct = one.direct
            if direct is None:
                one.offer(message)
                continue
            one.still = False
            if one.form is not form:
                form = one.form
                wire = form(message)
            if direct(wire) is False:
                one._add(message)

    def _add(self, message: Message) -> None:
        if self._queue is not None and len(self._queue) >= self._most:
            self.close(Closed.OVERFLOW)
        else:
            self._append(message)

    def _append(self, message: Message | None) -> None:
        self.direct = None
        if self._queue is None:
            self._queue = deque()
        self._queue.append(message)
        if self._waiter is not None:
            if not self._waiter.done():
                self._waiter.set_result(None)
        elif self.wake is not None and not self.busy:
            self.busy = True
            self.wake()

    def _fetch(self) -> Message | None:
        """The first of the queue, which is let go of when it is empty; the end stays in it."""
        assert self._queue
        message = self._queue[0]
        if message is not None:
            self._queue.popleft()
            if not self._queue:
                self._queue = None
            if self._room is not None and not self._room.done():
                self._room.set_result(None)
        return message

    async def put(self, message: Message) -> None:
        """Delivery while catching up: waits for the reader."""
        if not self.wants(message.topic, message.frame.event):
            return
        while self.closed is None:
            if self._queue is None or len(self._queue) < self._most:
                self._append(message)
                return
            self._room = asyncio.get_running_loop().create_future()
            try:
                await self._room
            finally:
                self._room = None

    def close(self, why: Closed) -> None:
        """End it. What is queued already is still read, except by a reader too slow for it."""
        if self.closed is not None:
            return
        self.closed = why
        self.direct = None
        if self._queue is not None:
            if why in (Closed.OVERFLOW, Closed.GONE):
                self._queue.clear()
            elif len(self._queue) >= self._most:
                self._queue.popleft()
        self._append(None)
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    def hang_up(self) -> None:
        """The other end is gone: what is queued is for nobody."""
        self.close(Closed.GONE)

    def next_now(self) -> Message | None:
        """The next message if one waits; the end is left for `next`."""
        return self._fetch() if self._queue else None

    async def next(self) -> Message | None:
        """The next message; None when the hub has closed the connection (`closed` says why)."""
        if not self._queue:
            self._waiter = asyncio.get_running_loop().create_future()
            self.rest()
            try:
                await self._waiter
            finally:
                self._waiter = None
                self.busy = True
                self.direct = None
        return self._fetch()
