"""Loads that climb: which steps were held, and when to climb no further."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.rehearsal.model import Load, Moment

SLOWEST = 1000.0
"""Milliseconds: the p99 of a post in every second of a step that is held."""
SHARE = 0.98
OVERDUE = 2.0
"""Seconds that a post may wait to be sent or answered before no more are sent."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a step. `posts_per_s`: as wanted; `p99`: of its slowest second, in milliseconds."""

    posts_per_s: float
    p99: float
    held: bool


def steps(load: Load, moments: Sequence[Moment]) -> list[Step]:
    """The steps that were begun. A second belongs to the step in which it begins."""
    seconds = {moment.second: moment for moment in moments}
    found: list[Step] = []
    at = 0.0
    for phase in load.phases:
        of = [seconds[one] for one in range(round(at), round(at + phase.seconds)) if one in seconds]
        at += phase.seconds
        if not any(moment.posts for moment in of):
            break
        p99 = max((moment.post_p99 or 0.0) for moment in of)
        whole = len(of) == round(phase.seconds) > 0
        under_way = phase.posts_per_s * p99 / 1000  # of its last moments, answered in the next step
        enough = sum(moment.posts for moment in of) >= SHARE * phase.posts_per_s * phase.seconds - under_way
        broken = any(moment.errors or moment.refused for moment in of)
        found.append(
            Step(posts_per_s=phase.posts_per_s, p99=p99, held=whole and enough and p99 <= SLOWEST and not broken)
        )
    return found


def highest(climbed: Sequence[Step]) -> float:
    """Posts per second of the last step before the first that was not held; 0 if none was."""
    rate = 0.0
    for step in climbed:
        if not step.held:
            break
        rate = step.posts_per_s
    return rate
