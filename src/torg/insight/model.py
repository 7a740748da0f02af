"""Nouns of annual reports."""

from __future__ import annotations

from typing import Literal

import msgspec

Archetype = Literal["lurker", "booster", "pollster", "replier", "oracle"]


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """New posts and new followers of a month, 1 to 12."""

    month: int
    statuses: int
    followers: int


class TopTag(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    count: int


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What an account did in a year: posts of its own (answers and polls among them) and boosts."""

    own: int = 0
    boosts: int = 0
    replies: int = 0
    polls: int = 0


class Year(msgspec.Struct, frozen=True, kw_only=True):
    """An account's year as it is kept. `top_post_id`: the most boosted one, if any was boosted."""

    archetype: Archetype
    months: list[Month]
    top_tag: TopTag | None = None
    top_post_id: int | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    year: int
    data: Year
