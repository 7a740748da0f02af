"""Decisions: what counts as trending, and how strongly. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from torg.trends.model import Kind, Reason, Trend, Use

HALF_LIFE_HOURS: Final = 24
WINDOW_HOURS: Final[dict[Kind, int]] = {"tag": 48, "post": 72, "link": 48}
BASELINE_DAYS: Final = 7
# One person alone makes no trend, however often; a post already has its author.
FEWEST_ACCOUNTS: Final[dict[Kind, int]] = {"tag": 2, "post": 1, "link": 2}
MOST: Final = 100


def score(use: Use) -> float:
    """How far the use is above the usual, relative to it (as a chi-square term); 0 if it is not above."""
    above = use.weight - use.usual
    return above * above / max(use.usual, 1.0) if above > 0 else 0.0


def trending(kind: Kind, uses: Iterable[Use]) -> list[Trend]:
    """What trends, the strongest first, at most MOST."""
    hours = WINDOW_HOURS[kind]
    found = [
        Trend(
            subject_id=use.id,
            score=round(score(use), 6),
            reason=Reason(accounts=use.accounts, uses=use.uses, usual=round(use.usual, 2), hours=hours),
        )
        for use in uses
        if use.accounts >= FEWEST_ACCOUNTS[kind]
    ]
    found = [trend for trend in found if trend.score > 0]
    found.sort(key=lambda trend: (-trend.score, -trend.subject_id))
    return found[:MOST]
