"""Nouns of the surge ladder: its rungs, where the installation stands on it, and the steps that it took."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum

import msgspec

Figures = Mapping[str, float]
"""Measure → value, as kernel/pressures.py names them."""

REFUSED = "posts_refused"
"""The figure of posts that were answered with 503, since too many waited."""


class Rung(IntEnum):
    """What is shed; each rung sheds what those below it shed, too. Posting is on none of them."""

    CALM = 0
    COUNTS = 1
    CARDS = 2
    SEARCH = 3
    STREAMS = 4

    @property
    def word(self) -> str:
        """As an operator writes it."""
        return self.name.lower()


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """Where the installation stands. `held` goes before `rung`, which goes on following what is measured."""

    rung: int = Rung.CALM
    held: int | None = None
    cause: str = ""
    since: datetime
    above_since: datetime | None = None
    below_since: datetime | None = None

    @property
    def shown(self) -> Rung:
        """What holds."""
        return Rung(self.rung if self.held is None else self.held)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step, up or down. `cause` names the measure and its value; by hand, who it was."""

    at: datetime
    rung_before: int
    rung_after: int
    by_hand: bool
    cause: str


class Refused(msgspec.Struct, frozen=True):
    """Posts that were refused (503): in all, and the most in a minute of one process."""

    posts: int = 0
    most: int = 0


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The ladder with what still waits: `behind` tells of groups of effects up to when they are done."""

    ladder: Ladder
    behind: Mapping[str, datetime] = {}
    counts_wait: bool = False
    figures: Figures = {}
