"""Numbers drawn as SVG on the server: they show without scripts, and the same numbers can be had as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from torg.events.model import Minute
from torg.kernel.clock import iso

WIDTH, HEIGHT = 600, 120
MOST_BARS = 300


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A curve in a box of WIDTH by HEIGHT: `line` and `area` are SVG paths; `most` is the top of the box."""

    line: str
    area: str
    most: int
    first: datetime
    last: datetime
    step_minutes: int


def per_minute(found: Sequence[Minute]) -> Chart | None:
    """Posts per minute, with zeros where there were none; of a long time the busiest minute of each step."""
    if not found:
        return None
    first, last = found[0].at, found[-1].at
    minutes = int((last - first) / timedelta(minutes=1)) + 1
    step = -(-minutes // MOST_BARS)
    tops = [0] * (-(-minutes // step))
    for one in found:
        n = int((one.at - first) / timedelta(minutes=step))
        tops[n] = max(tops[n], one.posts)
    if len(tops) == 1:  # a curve has a length: from the minute before, in which there was nothing
        tops, first = [0, *tops], first - timedelta(minutes=1)
    return _drawn(tops, first, last, step)


def rolling(found: Sequence[Minute], seconds: int) -> Chart | None:
    """Posts in the minute before each step of so many seconds: the curve of what has few minutes as yet."""
    if not found:
        return None
    first, last = found[0].at - timedelta(seconds=seconds), found[-1].at
    counts = [0] * (int((last - first) / timedelta(seconds=seconds)) + 1)
    for one in found:
        counts[int((one.at - first) / timedelta(seconds=seconds))] += one.posts
    width = 60 // seconds
    tops = [sum(counts[max(0, n + 1 - width) : n + 1]) for n in range(len(counts))]
    return _drawn(tops, first, last, 1)


def liveliest(found: Sequence[Minute], most: int, apart: timedelta) -> list[Minute]:
    """The minutes in which most was said, no two nearer than `apart`, in the order of time."""
    chosen: list[Minute] = []
    for one in sorted(found, key=lambda minute: (-minute.posts, minute.at)):
        if len(chosen) == most:
            break
        if all(abs(one.at - other.at) >= apart for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda minute: minute.at)


TwoOfDay = tuple[date, int, int]


def per_day(found: Sequence[tuple[date, int]]) -> Chart | None:
    """A number for each day, without gaps; None where all are zero."""
    if not any(value for _, value in found):
        return None
    first, last = (datetime.combine(day, time(), UTC) for day in (found[0][0], found[-1][0]))
    return _drawn([value for _, value in found], first, last, 24 * 60)


def _drawn(tops: Sequence[int], first: datetime, last: datetime, step: int) -> Chart:
    most = max(tops)
    width = WIDTH / max(len(tops) - 1, 1)
    points = [f"{n * width:.1f},{HEIGHT - HEIGHT * top / most:.1f}" for n, top in enumerate(tops)]
    line = "M" + " L".join(points)
    area = f"M0,{HEIGHT} L" + " L".join(points) + f" L{(len(tops) - 1) * width:.1f},{HEIGHT} Z"
    return Chart(line=line, area=area, most=most, first=first, last=last, step_minutes=step)


def over_time(points: Sequence[tuple[float | None, float | None]]) -> tuple[str, str, float]:
    """(line of what was most, area of the mean, top of the box) of equal steps; where nothing is known is a gap."""
    top = max((value for pair in points for value in pair if value is not None), default=0.0) or 1.0
    width = WIDTH / max(len(points) - 1, 1)

    def spot(n: int, value: float) -> str:
        return f"{n * width:.1f},{HEIGHT - HEIGHT * value / top:.1f}"

    lines, areas = list[str](), list[str]()
    for run in _runs(points):
        first, last = run[0], run[-1]
        lines.append("M" + " L".join(spot(n, points[n][1] or 0.0) for n in run))
        if len(run) == 1:  # a dot, where the curve has no length
            lines.append(f"l{width / 2:.1f},0")
        inner = " L".join(spot(n, points[n][0] or 0.0) for n in run)
        areas.append(f"M{first * width:.1f},{HEIGHT} L{inner} L{last * width:.1f},{HEIGHT} Z")
    return " ".join(lines), " ".join(areas), top


def _runs(points: Sequence[tuple[float | None, float | None]]) -> list[list[int]]:
    """The numbers of the points that are known, as runs without a gap."""
    runs: list[list[int]] = [[]]
    for n, (mean, _most) in enumerate(points):
        if mean is not None:
            runs[-1].append(n)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def csv(found: Sequence[Minute]) -> str:
    """RFC 4180, with a line of names."""
    return "minute,posts\r\n" + "".join(f"{iso(one.at)},{one.posts}\r\n" for one in found)
