"""What a rehearsal is made of: loads with their promises, and what was seen second by second."""

from __future__ import annotations

import msgspec


class Phase(msgspec.Struct, frozen=True):
    """So many seconds at a steady rate of posts."""

    seconds: float
    posts_per_s: float


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """What must hold; None is not promised. Lags and times in the unit that the name says."""

    post_p99_ms: float | None = None
    read_p99_ms: float | None = None
    timeline_lag_s: float | None = None
    stream_lag_s: float | None = None
    drained_s: float | None = None
    rate_share: float | None = 0.98
    """Of the posts that were to be sent, the share acknowledged while the load lasted."""
    climbed: float | None = None
    """Posts per second of the highest step that must be held (rehearsal/climbing.py)."""
    refusals: bool = True
    """Whether 503 with Retry-After is allowed; the load sends such posts again."""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """A named load (FEATURES: named loads). `people` all write and all read; the first `streams` have a stream open."""

    name: str
    about: str
    phases: tuple[Phase, ...]
    people: int
    followers: int
    streams: int = 0
    reads_per_post: float = 0.0
    reads_per_s: float = 0.0
    history: int = 5
    """Posts of each person from before the load."""
    star: bool = False
    """Everybody follows person 0."""
    climbs: bool = False
    """The phases are steps upwards; it ends at the first that is not held."""
    promise: Promise

    @property
    def seconds(self) -> float:
        return sum(phase.seconds for phase in self.phases)

    @property
    def posts(self) -> int:
        return round(sum(phase.seconds * phase.posts_per_s for phase in self.phases))


class Moment(msgspec.Struct, kw_only=True):
    """One second of a rehearsal, as all processes together saw it. Times in ms, lags in s, memory in MB."""

    second: int
    wanted: float = 0.0
    posts: int = 0
    reads: int = 0
    delivered: int = 0
    post_p50: float | None = None
    post_p99: float | None = None
    read_p50: float | None = None
    read_p99: float | None = None
    stream_lag: float | None = None
    timeline_lag: float | None = None
    refused: int = 0
    errors: int = 0
    late: float = 0.0
    server_mb: float | None = None
    database_mb: float | None = None
    server_cpu: float | None = None
    database_cpu: float | None = None
    load_cpu: float | None = None
    machine_cpu: float | None = None
    """Of all programs of the machine."""
    outbox: int | None = None
    jobs: int | None = None
    rung: int | None = None
    """Of the surge ladder."""


class Tick(msgspec.Struct, kw_only=True):
    """What one process of the load tells once a second: histograms as {bucket: count}, in microseconds."""

    second: int
    done: bool = False
    posts: dict[int, int] = {}
    reads: dict[int, int] = {}
    streams: dict[int, int] = {}
    timelines: dict[int, int] = {}
    refused: int = 0
    errors: int = 0
    waiting: int = 0
    late: float = 0.0
    cpu: float = 0.0
    said: list[str] = []
    """What some of the errors were."""


class Plan(msgspec.Struct, kw_only=True):
    """What one process of the load is told, as a line of JSON."""

    port: int
    host: str
    secret: str
    load: Load
    seed: int
    connections: int = 64
    talking: bool = True
    """Posts and reads; else it only listens."""
    listeners: tuple[int, int] = (0, 0)
    """People from … to … whose streams it reads."""


class Heard(msgspec.Struct, kw_only=True):
    """The end of what a process tells: numbers of acknowledged posts, and what each stream got."""

    acknowledged: list[int] = []
    unanswered: list[int] = []
    """Sent, but nobody knows whether they were taken: the connection was lost."""
    heard: dict[int, tuple[int, int]] = {}
    """Person → (events, sum of their numbers)."""
    lost_streams: int = 0
