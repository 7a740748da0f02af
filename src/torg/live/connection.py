"""One reader of live streams: what it watches, and the bounded queue between the hub and the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from enum import StrEnum

from torg.kernel.actor import Actor
from torg.live.model import EVERYTHING, NOTIFICATION, USER, Form, Message, Tally, Topic, as_frame

QUEUE = 512


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
    """

    __slots__ = (
        "_queue", "_waits", "actor", "at_once", "closed", "form", "ip", "live", "origin", "position", "tallies",
        "topics",
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
        self.at_once: Callable[[bytes], bool] | None = None
        self.form: Form = as_frame
        self._waits = False
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue(queue)

    @property
    def place(self) -> tuple[int, int]:
        return self.actor.org_id, self.actor.network_id

    @property
    def fullness(self) -> float:
        """How much of the queue is taken, from 0 to 1."""
        return self._queue.qsize() / self._queue.maxsize

    def wants(self, topic: Topic, event: str) -> bool:
        """Whether the token lets this event of the topic through (notifications need their own scope)."""
        if event in ("notification", "notifications_merged") and topic.name in (USER, NOTIFICATION, EVERYTHING):
            return self.actor.granted("read:notifications")
        return True

    def offer(self, message: Message) -> None:
        """Live delivery: at once, or the end of a reader that does not keep up.

        An edge that can write without waiting sets `at_once`, and what it takes as `form`; it is asked only while the
        edge waits in `next` with nothing queued, so that order holds. What it refuses goes through the queue.
        """
        if self.closed is None and self.wants(message.topic, message.frame.event):
            if (
                self._waits
                and self.at_once is not None
                and self._queue.empty()
                and self.at_once(self.form(message))
            ):
                return
            try:
                self._queue.put_nowait(message)
            except asyncio.QueueFull:
                self.close(Closed.OVERFLOW)

    @staticmethod
    def offer_all(connections: Iterable[Connection], message: Message) -> None:
        """One message to many: `offer` with what is the same for all done once."""
        form: Form | None = None
        wire = b""
        for one in connections:
            if one.form is not form:
                form = one.form
                wire = form(message)
            if (
                one.at_once is None
                or not one._waits
                or one.closed is not None
                or not one._queue.empty()
                or not one.wants(message.topic, message.frame.event)
                or not one.at_once(wire)
            ):
                one.offer(message)

    async def put(self, message: Message) -> None:
        """Delivery while catching up: waits for the reader."""
        if self.closed is None and self.wants(message.topic, message.frame.event):
            await self._queue.put(message)

    def close(self, why: Closed) -> None:
        """End it. What is queued already is still read, except by a reader too slow for it."""
        if self.closed is not None:
            return
        self.closed = why
        if why in (Closed.OVERFLOW, Closed.GONE):
            while not self._queue.empty():
                self._queue.get_nowait()
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    def hang_up(self) -> None:
        """The other end is gone: what is queued is for nobody."""
        self.close(Closed.GONE)

    def next_now(self) -> Message | None:
        """The next message if one waits; the end is left for `next`."""
        if self._queue.empty():
            return None
        message = self._queue.get_nowait()
        if message is None:
            self._queue.put_nowait(None)
        return message

    async def next(self) -> Message | None:
        """The next message; None when the hub has closed the connection (`closed` says why)."""
        if self.closed is not None and self._queue.empty():
            return None
        self._waits = True
        try:
            return await self._queue.get()
        finally:
            self._waits = False
