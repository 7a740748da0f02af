"""Nouns: a member's plan, and the digest as it is written."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Every = Literal["off", "daily", "weekly"]
Content = Literal["full", "titles", "counts"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """When a member gets a digest. `weekday`: 0 is Monday. `chosen`: by the member, else the network's default."""

    every: Every
    hour: int
    weekday: int
    zone: str
    chosen: bool
    next_at: datetime | None = None


class Due(Plan, frozen=True, kw_only=True):
    """A plan whose hour has come."""

    org_id: int
    network_id: int
    account_id: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing: `text`, where it is, and an extract under it."""

    text: str
    url: str | None = None
    extract: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    lines: list[Line] = []


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """What was missed, in the reader's language. `to` is the address of the person."""

    to: str
    name: str
    language: str
    subject: str
    sections: list[Section]
    unsubscribe_url: str
    settings_url: str
