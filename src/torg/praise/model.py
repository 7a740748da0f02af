"""Nouns: the badge, the praise and how often somebody gave or got it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """What praise is given with. `drawing` names one of our pictures; `id` None: of the set that all begin with."""

    key: str
    drawing: str
    name_en: str
    name_sv: str
    retired_at: datetime | None = None
    id: int | None = None

    def name(self, language: str) -> str:
        return self.name_sv if language.startswith("sv") else self.name_en


class Praise(msgspec.Struct, frozen=True, kw_only=True):
    """The extra of a post with the same id."""

    id: int
    from_id: int
    badge: str
    created_at: datetime
    account_ids: list[int]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which praise: of whom, by whom, with which badge, to somebody of which department."""

    account_id: int | None = None
    from_id: int | None = None
    badge: str | None = None
    department: str | None = None


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How often with one badge."""

    badge: str
    count: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's praise, as far as the reader may see the posts."""

    given: int
    received: int
    badges: list[Count]
