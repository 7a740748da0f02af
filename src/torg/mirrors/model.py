"""Nouns: a mirror, what a feed says, and what can be wrong with it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Problem = Literal["unreachable", "refused", "answer", "unreadable", "gone", "dead", "account", "posts"]
"""Nobody answers; an address that we do not call; a bad status; no feed; 410; failed for a month; the account may
not post; entries that could not be posted."""


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    account_id: int
    url: str
    title: str
    state: Literal["active", "stopped"]
    begun: bool
    etag: str | None
    last_modified: str | None
    next_at: datetime
    checked_at: datetime | None
    failures: int
    failing_since: datetime | None
    problem: Problem | None
    detail: str
    hub: str | None
    hub_topic: str | None
    hub_token: str | None
    hub_secret: str | None
    hub_until: datetime | None
    hub_asked_at: datetime | None
    created_at: datetime

    def told_by_hub(self, at: datetime) -> bool:
        """Whether a hub tells us of news."""
        return self.hub_until is not None and self.hub_until > at


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a feed as plain text. `key`: its id, else its address, else its words."""

    key: str
    title: str
    summary: str
    url: str | None
    published: datetime | None
    language: str | None = None


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A feed, in the order of the document. `hub` and `topic` where it names a hub of its own (WebSub)."""

    title: str
    items: list[Item]
    hub: str | None = None
    topic: str | None = None


class Unreadable(Exception):
    """Not a feed, or one that is not safe to read; the reason in words."""
