"""Nouns: a version of the usage policy, who accepted it, and an address that was refused."""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class UsagePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A version; `content` is Markdown as typed."""

    version: int
    content: str
    published_by: int | None
    published_at: datetime


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """A member, and when he or she accepted a version; None: not yet."""

    account_id: int
    handle: str
    display_name: str
    email: str | None
    accepted_at: datetime | None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the members have accepted a version."""

    version: int
    accepted: int
    members: int


class RefusedAddress(msgspec.Struct, frozen=True, kw_only=True):
    """How often a member was refused from an address on a day."""

    day: date
    account_id: int
    handle: str
    ip: str
    requests: int
    last_at: datetime
