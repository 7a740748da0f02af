"""Nouns: the announcement that must be seen, its readers, and the conversation at the top of the feed."""

from __future__ import annotations

from datetime import datetime

import msgspec


class MustSee(msgspec.Struct, frozen=True, kw_only=True):
    """The extra of a post with the same id. `read_at`: when the asking account read it."""

    id: int
    sender_id: int
    ends_at: datetime | None
    email: bool
    remind_at: datetime | None
    created_at: datetime
    read_at: datetime | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """How an announcement is to be sent. `remind_days`: remind once those who have not read by then; 0: never."""

    ends_at: datetime | None = None
    email: bool = False
    remind_days: int = 3


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody addressed; None: not (yet)."""

    account_id: int
    told_at: datetime | None
    mailed_at: datetime | None
    reminded_at: datetime | None
    read_at: datetime | None


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a department were addressed, and have read."""

    name: str
    total: int
    read: int


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Who has seen an announcement, in numbers."""

    total: int
    told: int
    mailed: int
    reminded: int
    read: int


class Featured(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation at the top of the feed until `ends_at`; the id is its first post's."""

    id: int
    pinned_by: int | None
    ends_at: datetime
    created_at: datetime
