"""Thinning streams in a surge: a sample that eyes can follow, declared with true counters (N28, N29).

Only new posts are thinned, and of those never one's own nor one that names the reader; notifications, messages, edits
and deletions are not either. What was left out is told by an event `sample`, and a reader who resumes from the log
(`Last-Event-ID`) gets all of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING

import msgspec

from torg.live.model import OWN, Frame, Message, Tally, Topic

if TYPE_CHECKING:
    from torg.live.connection import Connection
    from torg.live.plain import Sending
    from torg.live.reactions import Due

AT_ONCE = 3.0
"""New posts a second of one stream that are shown in a surge, as on a live page."""
BURST = 6.0
"""How many may come at once after a while of silence."""
TELL_EVERY = 5.0
"""Seconds between two declarations to the same reader."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a `sample` event: of `came` new posts in the last `seconds`, `shown` were sent."""

    shown: int
    came: int
    seconds: int


class Thinning:
    """What one batch leaves out."""

    def __init__(self, thins: bool, at: float) -> None:
        self._thins, self._at = thins, at
        self._tallies: dict[tuple[Connection, Topic], Tally] = {}

    def thin(self, due: Sequence[Due]) -> list[Due]:
        """What is to be delivered of what is due, counted for each reader and stream.

        What comes late is thinned by then, too: it is all that came in a surge, at the pace of catching up.
        """
        return [
            one
            for one in due
            if not (self._thins or one.late) or not _may_be_left_out(one) or self._room(one.connection, one.topic)
        ]

    def sendings(self, sendings: Sequence[Sending], named: Collection[int]) -> Sequence[Sending]:
        """The same for a plain post on its short way. `named`: who wrote it, and those whom it answers or names."""
        if not self._thins:
            return sendings
        return [
            one._replace(
                to=[c for c in one.to if c.actor.account_id in named or self._room(c, one.message.topic)]
            )
            for one in sendings
        ]

    def _room(self, connection: Connection, topic: Topic) -> bool:
        """Whether the stream bears one more: a bucket that fills at the rate of eyes."""
        stream = Topic(topic.name) if topic.name in OWN else topic
        key = (connection, stream)
        tally = self._tallies.get(key)
        if tally is None:
            known = (connection.tallies or {}).get(stream)
            tally = copy(known) if known is not None else Tally(room=BURST, at=self._at, since=self._at)
            self._tallies[key] = tally
        tally.room = min(BURST, tally.room + AT_ONCE * (self._at - tally.at))
        tally.at = self._at
        tally.came += 1
        if tally.room < 1:
            return False
        tally.room -= 1
        tally.shown += 1
        return True

    def done(self) -> None:
        """The batch is on its way: its counts are true."""
        for (connection, stream), tally in self._tallies.items():
            if connection.tallies is None:
                connection.tallies = {}
            connection.tallies[stream] = tally


class Sampler:
    """Of one process. `thins`: whether streams are to be thinned at the moment."""

    def __init__(self, thins: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._thins, self.clock = thins, clock

    def batch(self) -> Thinning:
        """For one batch of events. What it counts holds once it is `done`: a batch may fail and be tried anew."""
        return Thinning(self._thins(), self.clock())

    def declared(
        self, connections: Iterable[Connection], seq: int, *, at_once: bool = False
    ) -> list[tuple[Connection, Message]]:
        """What readers are to be told of what was left out, each every few seconds; `at_once` for all that is untold.

        A stream of which nothing was left out is told nothing. `seq`: the number of an event that they have all got.
        """
        at, thins = self.clock(), self._thins()
        told: list[tuple[Connection, Message]] = []
        for connection in connections:
            for topic, tally in list((connection.tallies or {}).items()):
                if at - tally.since < TELL_EVERY and not at_once:
                    continue
                if tally.shown < tally.came:
                    said = Sample(shown=tally.shown, came=tally.came, seconds=max(1, round(at - tally.since)))
                    told.append((connection, Message(seq, topic, Frame("sample", msgspec.json.encode(said)))))
                tally.shown, tally.came, tally.since = 0, 0, at
            if connection.tallies and not thins:
                connection.tallies = None
        return told


def _may_be_left_out(one: Due) -> bool:
    post, me = one.post, one.connection.actor.account_id
    if post.event != "update" or me is None:
        return post.event == "update"
    return me not in (post.account_id, post.reply_to_account_id, post.boosted_account_id) and me not in post.mentions
