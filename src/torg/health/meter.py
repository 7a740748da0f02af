"""What one process counts between two looks at the clock: answers and their times, and any figure by name.

`record("rehearsed_posts", 7)` is all that anything else needs to be drawn with the rest: rehearsals, surges, imports.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping

from torg.kernel.errors import Misused

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
KEPT = 10_000
"""Answers of a minute whose times are kept; of more, the latest."""
MOST_NAMES = 100
"""Figures of other names in one minute: what is beyond is left out, so that no mistake fills the table."""

Taken = dict[str, tuple[float, float]]
"""Name → (mean, most)."""


class Meter:
    """Counts for one process. Not for several threads: all of it happens in the loop."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=KEPT)
        self._answers = 0
        self._errors = 0
        self._remembered = self._read = 0
        self._sums: dict[str, tuple[float, int, float]] = {}
        self._counts: dict[str, int] = {}

    def answered(self, status: int, seconds: float) -> None:
        """An answer of HTTP is ready, so long after its request came."""
        self._answers += 1
        self._errors += status >= 500
        self._times.append(seconds)

    def read(self, remembered: bool) -> None:
        """An answer of the kind that may be remembered was given: from memory, or made anew."""
        self._read += 1
        self._remembered += remembered

    def record(self, name: str, value: float) -> None:
        """Note a figure of this moment; what is written down is the mean and the most of the minute."""
        if not NAME.fullmatch(name):
            raise Misused(f"{name!r} is no name of a figure: small letters, digits and _, at most 60")
        if name in self._sums or len(self._sums) < MOST_NAMES:
            total, count, most = self._sums.get(name, (0.0, 0, value))
            self._sums[name] = (total + value, count + 1, max(most, value))

    def count(self, name: str, times: int = 1) -> None:
        """Note that something happened so many times; what is written down is how many times a minute."""
        if times:
            self._counts[name] = self._counts.get(name, 0) + times

    def take(self, minutes: float = 1.0) -> Taken:
        """What was counted since the last time, which was so many minutes ago; counting begins anew."""
        taken = {name: (total / count, most) for name, (total, count, most) in self._sums.items()}
        rate, wrong = self._answers / minutes, self._errors / minutes
        taken |= {name: (times / minutes, times / minutes) for name, times in self._counts.items()}
        taken["requests"], taken["errors"] = (rate, rate), (wrong, wrong)
        if self._read:
            part = 100.0 * self._remembered / self._read
            taken["remembered_share"] = (part, part)
        if self._times:
            ordered = sorted(self._times)
            share = 100.0 * self._errors / self._answers
            taken["error_share"] = (share, share)
            for name, part in (("answer_p50", 0.5), ("answer_p99", 0.99)):
                time = 1000.0 * ordered[min(int(part * len(ordered)), len(ordered) - 1)]
                taken[name] = (time, time)
        self._times.clear()
        self._answers = self._errors = self._remembered = self._read = 0
        self._sums, self._counts = {}, {}
        return taken


METER = Meter()
"""The process's own."""
record, count = METER.record, METER.count


def rows(taken: Mapping[str, tuple[float, float]]) -> list[tuple[str, float, float]]:
    """(name, mean, most), for the table."""
    return [(name, mean, most) for name, (mean, most) in sorted(taken.items())]
