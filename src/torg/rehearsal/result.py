"""The outcome of a rehearsal, and whether the promise held: what broke first, in words."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import msgspec

from torg.rehearsal import climbing, histogram
from torg.rehearsal.model import Load, Moment

MUCH_OF_OTHERS = 0.2
"""Share of the machine beyond which other programs make a verdict doubtful."""
BEHIND = 0.5


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the verdict: what was promised, what was seen, whether it held, and when it first did not."""

    name: str
    promised: str
    seen: str
    held: bool
    second: int | None = None


class Result(msgspec.Struct, kw_only=True):
    """Everything that was seen. Histograms are {bucket: count} (histogram.py)."""

    load: Load
    moments: list[Moment] = []
    posts: dict[int, int] = {}
    reads: dict[int, int] = {}
    streams: dict[int, int] = {}
    timelines: dict[int, int] = {}
    acknowledged: int = 0
    lost: list[int] = []
    kept: int = 0
    short_streams: dict[int, tuple[int, int]] = {}
    lost_streams: int = 0
    startup_s: float = 0.0
    idle_mb: tuple[float | None, float | None] = (None, None)
    drained_s: float | None = None
    alive: bool = True
    said: list[str] = []
    more: dict[str, float] = {}
    """Figures that one load alone has."""
    others: float | None = None
    """Cores that other programs took, where no moments say so."""
    further: list[Check] = []
    """Parts of the promise that one load alone has."""
    arrivals: list[float] = []
    """Seconds after which each of the timelines looked at had the one post, the first first."""


def checks(result: Result) -> list[Check]:
    """Every part of the promise, in the order in which it is shown."""
    return [*_always(result), *_timed(result)]


def held(result: Result) -> bool:
    return all(check.held for check in checks(result))


def first_broken(result: Result) -> str:
    """What broke first, in a sentence; that nothing did, if so."""
    said = broken_first(checks(result))
    if held(result):
        return said
    late = max((moment.late for moment in result.moments), default=0.0)
    others = of_others(result)
    if others is not None and others > MUCH_OF_OTHERS * (os.cpu_count() or 1):
        cores = f"{others:.1f} of {os.cpu_count()} cores"
        return f"{said} Other programs took {cores} meanwhile: measure on a freer machine."
    if late > BEHIND:
        return f"{said} The load itself was up to {late:.2f} s behind its clock: measure from a freer machine."
    return said


def broken_first(checked: Sequence[Check]) -> str:
    """The first of these that did not hold, in a sentence."""
    broken = [check for check in checked if not check.held]
    if not broken:
        return "Nothing broke: the promise was kept."
    first = min(broken, key=lambda check: (check.second is None, check.second or 0))
    when = f"in second {first.second}" if first.second is not None else "in the end"
    return f"What broke first, {when}: {first.name} ({first.seen}; promised was {first.promised})."


def of_others(result: Result) -> float | None:
    """Cores that programs took which have nothing to do with the rehearsal, on average; None where nobody can say."""
    found = [
        moment.machine_cpu - sum(one or 0.0 for one in (moment.server_cpu, moment.database_cpu, moment.load_cpu))
        for moment in result.moments
        if moment.machine_cpu is not None and moment.server_cpu is not None and moment.second < result.load.seconds
    ]
    return max(0.0, sum(found) / len(found)) if found else result.others


def _always(result: Result) -> Iterator[Check]:
    load = result.load
    yield Check(name="the server stayed up", promised="yes", seen="yes" if result.alive else "no", held=result.alive)
    yield Check(
        name="acknowledged posts in the database",
        promised="all",
        seen=f"{result.acknowledged - len(result.lost):,} of {result.acknowledged:,}",
        held=not result.lost,
    )
    if load.streams:
        whole = load.streams - len(result.short_streams)
        yield Check(
            name="streams that got what they should, once",
            promised="all",
            seen=f"{whole:,} of {load.streams:,}",
            held=not result.short_streams and not result.lost_streams,
        )
    errors = sum(moment.errors for moment in result.moments)
    yield Check(
        name="errors", promised="none", seen=f"{errors:,}", held=errors == 0,
        second=next((moment.second for moment in result.moments if moment.errors), None),
    )  # fmt: skip
    refused = sum(moment.refused for moment in result.moments)
    if not load.promise.refusals:
        yield Check(
            name="refusals (503)", promised="none", seen=f"{refused:,}", held=refused == 0,
            second=next((moment.second for moment in result.moments if moment.refused), None),
        )  # fmt: skip
    yield from result.further


def _timed(result: Result) -> Iterator[Check]:
    load, promise = result.load, result.load.promise
    if promise.climbed is not None:
        reached = climbing.highest(climbing.steps(load, result.moments))
        yield Check(
            name="highest rate with every second's p99 below 1 s",
            promised=f"at least {promise.climbed:,.0f}/s",
            seen=f"{reached:,.0f}/s",
            held=reached >= promise.climbed,
        )
    if promise.rate_share is not None:
        in_time = sum(moment.posts for moment in result.moments if moment.second < load.seconds)
        share = in_time / max(1, load.posts)
        yield Check(
            name="posts acknowledged while the load lasted",
            promised=f"{promise.rate_share:.0%}",
            seen=f"{share:.1%}",
            held=share >= promise.rate_share,
            second=_behind(result),
        )
    for name, limit, histograms, of_moment, unit in (
        ("p99 of a post", promise.post_p99_ms, result.posts, "post_p99", "ms"),
        ("p99 of a read", promise.read_p99_ms, result.reads, "read_p99", "ms"),
        ("lag from post to timeline (p99)", promise.timeline_lag_s, result.timelines, "timeline_lag", "s"),
        ("lag from post to stream (p99)", promise.stream_lag_s, result.streams, "stream_lag", "s"),
    ):
        if limit is None:
            continue
        found = histogram.quantile(histograms, 0.99)
        value = None if found is None else found / (1000 if unit == "s" else 1)
        yield Check(
            name=name,
            promised=f"at most {limit:g} {unit}",
            seen="never seen" if value is None else f"{value:,.0f} ms" if unit == "ms" else f"{value:.2f} s",
            held=value is not None and value <= limit,
            second=next((m.second for m in result.moments if (getattr(m, of_moment) or 0) > limit), None),
        )
    if promise.drained_s is not None:
        drained = result.drained_s
        yield Check(
            name="queue empty after the end",
            promised=f"in {promise.drained_s:g} s",
            seen="never" if drained is None else f"{drained:.1f} s",
            held=drained is not None and drained <= promise.drained_s,
        )


def _behind(result: Result) -> int | None:
    """The first second in which more than one second's posts were behind."""
    wanted = done = 0.0
    for moment in result.moments:
        wanted, done = wanted + moment.wanted, done + moment.posts
        if wanted - done > max(moment.wanted, 1) + 1:
            return moment.second
    return None
