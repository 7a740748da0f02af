"""Decisions about annual reports. Pure, no I/O."""

from __future__ import annotations

from datetime import datetime

from torg.insight.model import Archetype, Sums

FIRST_YEAR = 2006
FEWEST_POSTS = 1
OPENS = (12, 10)


def offered(year: int, at: datetime) -> bool:
    """Whether a year can be looked back on: those that are over, and this one from 10 December."""
    return FIRST_YEAR <= year < at.year or (year == at.year and (at.month, at.day) >= OPENS)


def archetype(sums: Sums) -> Archetype:
    """A playful and very coarse word for how somebody used the year."""
    if sums.own + sums.boosts < 10:
        return "lurker"
    if sums.boosts > sums.own * 2:
        return "booster"
    if sums.polls > sums.own * 0.1:
        return "pollster"
    return "replier" if sums.replies > sums.own * 0.5 else "oracle"
