"""Decisions of the surge ladder: which rung figures call for, and when one climbs or comes down (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from torg.kernel.pressures import Steps
from torg.surge.model import Figures, Ladder, Rung

EASE = 0.5
"""A rung is left when all figures are below so much of what led to it."""
STALE = timedelta(seconds=30)
"""Nobody looked for longer than this: what was noted before says nothing of now."""


def called_for(figures: Figures, steps: Mapping[str, Steps], share: float = 1.0) -> tuple[Rung, str]:
    """The highest rung that any figure leads to, and that figure with its limit."""
    rung, cause = Rung.CALM, ""
    for name, four in steps.items():
        value = figures.get(name, 0.0)
        for number, limit in enumerate(four, 1):
            if limit and value >= limit * share and number > rung:
                rung, cause = Rung(number), f"{name} {value:.4g} ≥ {limit:g}"
    return rung, cause


def together(figures: Iterable[Figures]) -> dict[str, float]:
    """Of several processes: what is worst."""
    worst: dict[str, float] = {}
    for one in figures:
        for name, value in one.items():
            worst[name] = max(value, worst.get(name, 0.0))
    return worst


def worth_telling(figures: Figures, steps: Mapping[str, Steps]) -> bool:
    """Whether a process has it hard enough for the others to know: nothing is written while all is calm."""
    return called_for(figures, steps, EASE)[0] > Rung.CALM


def moved(
    ladder: Ladder, figures: Figures, at: datetime, steps: Mapping[str, Steps], *, rise: timedelta, fall: timedelta
) -> Ladder:
    """The ladder after a look at these figures: a rung at a time, up after `rise`, down after `fall`."""
    wanted, cause = called_for(figures, steps)
    if wanted > ladder.rung:
        since = _since(ladder.above_since, at, rise)
        if at - since < rise:
            return msgspec.structs.replace(ladder, above_since=since, below_since=None)
        return _at(ladder, ladder.rung + 1, cause, at, above_since=at)
    if called_for(figures, steps, EASE)[0] < ladder.rung:
        since = _since(ladder.below_since, at, fall)
        if at - since < fall:
            return msgspec.structs.replace(ladder, above_since=None, below_since=since)
        return _at(ladder, ladder.rung - 1, "", at, below_since=at)
    return msgspec.structs.replace(ladder, above_since=None, below_since=None)


def _at(ladder: Ladder, rung: int, cause: str, at: datetime, **since: datetime) -> Ladder:
    return Ladder(rung=rung, held=ladder.held, cause=cause, since=at, **since)


def _since(noted: datetime | None, at: datetime, long: timedelta) -> datetime:
    return noted if noted is not None and at - noted < long + STALE else at


def settled(ladder: Ladder) -> Ladder:
    """Without the operator's hold; what is measured holds from now on."""
    return msgspec.structs.replace(ladder, held=None)
