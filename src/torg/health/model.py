"""Nouns of the health of the installation: figures, their curves over a span of time, and what is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from torg.text.messages import marked as _

Together = Literal["sum", "most", "mean", "least"]
"""How the figures of several processes become one."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that is known by name. `shared`: shown to every organisation of an installation with several.

    `network`: of a network, whose own administrators see it; else of the installation.
    """

    name: str
    label: str
    unit: str = ""
    network: bool = False
    shared: bool = False
    together: Together = "sum"


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """How far back to look, and the time for which one point of the curve stands."""

    id: str
    label: str
    length: timedelta
    step: timedelta


class Point(msgspec.Struct, frozen=True):
    """`mean` and `most` of a step; None where nothing is known."""

    at: datetime
    mean: float | None
    most: float | None


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A figure over a span. `now` is the latest that is known."""

    kind: Kind
    points: list[Point]

    @property
    def known(self) -> list[Point]:
        return [point for point in self.points if point.mean is not None]

    @property
    def now(self) -> float | None:
        return self.known[-1].mean if self.known else None

    @property
    def peak(self) -> float:
        return max((point.most or 0.0 for point in self.points), default=0.0)


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not well. `what` has `%(figure)s` for the figure; `path` leads to where it is dealt with."""

    what: str
    value: float = 0.0
    advice: str
    path: str = ""
    grave: bool = False


KINDS = (
    Kind(name="posts", label=_("Posts per minute"), network=True),
    Kind(name="events_waiting", label=_("Events on their way"), network=True),
    Kind(name="events_late", label=_("How late events are"), unit="s", network=True),
    Kind(name="jobs_waiting", label=_("Jobs that wait"), network=True),
    Kind(name="jobs_failed", label=_("Jobs that failed"), network=True),
    Kind(name="deliveries_waiting", label=_("Deliveries that wait"), network=True),
    Kind(name="deliveries_failed", label=_("Deliveries that were given up"), network=True),
    Kind(name="answer_p50", label=_("Time of the middle answer"), unit="ms", shared=True, together="mean"),
    Kind(name="answer_p99", label=_("Time that one answer in a hundred exceeds"), unit="ms", shared=True,
         together="most"),
    Kind(name="error_share", label=_("Answers that were errors of ours"), unit="%", shared=True, together="most"),
    Kind(name="memory", label=_("Memory of Torg"), unit="MB", shared=True),
    Kind(name="memory_free", label=_("Memory that the machine has left"), unit="MB", shared=True, together="least"),
    Kind(name="disk_free", label=_("Room left on the disk"), unit="MB", shared=True, together="least"),
    Kind(name="relay_late", label=_("How late the events of the installation are"), unit="s", shared=True,
         together="most"),
    Kind(name="work_late", label=_("How late the work of the installation is"), unit="s", shared=True,
         together="most"),
    Kind(name="processor", label=_("Processor time of Torg"), unit="%", shared=True),
    Kind(name="surge", label=_("Rungs of the surge ladder that are shed"), shared=True, together="most"),
    Kind(name="surge_loop_ms", label=_("How much later than asked a process gets its turn"), unit="ms",
         together="most"),
    Kind(name="surge_relay_s", label=_("Age of the oldest event that waits for its effects"), unit="s",
         together="most"),
    Kind(name="surge_log_events", label=_("Events yet to be handed on to streams"), together="most"),
    Kind(name="surge_posts_waiting", label=_("Posts that wait to be written"), together="most"),
    Kind(name="surge_pool_ms", label=_("How long work waits for the database"), unit="ms", together="most"),
    Kind(name="surge_pool_waiting", label=_("How many pieces of work wait for the database"), together="most"),
    Kind(name="surge_jobs_s", label=_("How late the oldest job is that may not wait"), unit="s", together="most"),
    Kind(name="surge_streams_full", label=_("How full the queues of live streams are"), unit="%", together="most"),
    Kind(name="posts_refused", label=_("Posts refused for want of room, per minute"), shared=True),
    Kind(name="remembered_share", label=_("Answers given from memory, of those that may be"), unit="%",
         together="mean"),
    Kind(name="requests", label=_("Requests per minute")),
    Kind(name="errors", label=_("Errors of ours per minute")),
    Kind(name="streams", label=_("Live streams open")),
    Kind(name="database", label=_("Size of the database"), unit="MB", together="most"),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}

SPANS = (
    Span(id="hours", label=_("3 hours"), length=timedelta(hours=3), step=timedelta(minutes=2)),
    Span(id="day", label=_("A day"), length=timedelta(days=1), step=timedelta(minutes=10)),
    Span(id="week", label=_("A week"), length=timedelta(days=7), step=timedelta(hours=1)),
    Span(id="month", label=_("A month"), length=timedelta(days=30), step=timedelta(hours=4)),
    Span(id="year", label=_("A year"), length=timedelta(days=365), step=timedelta(days=2)),
)
