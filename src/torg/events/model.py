"""Nouns: the page of an event, what belongs to it, its counters and its curve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

State = Literal["shown", "waiting", "hidden", "pinned"]
Verdict = Literal["show", "hide", "pin", "unpin"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a page gathers, and from when to when: posts with any of the tags or words, or by any of the accounts."""

    slug: str
    title: str
    description: str = ""
    tags: list[str] = []
    words: list[str] = []
    account_ids: list[int] = []
    moderated: bool = False
    starts_at: datetime
    ends_at: datetime | None = None
    recording: str = ""


class EventPage(Plan, frozen=True, kw_only=True):
    """A stored page."""

    id: int
    created_by: int | None
    created_at: datetime


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A post of the page; `seq` orders what may be shown."""

    post_id: int
    seq: int
    state: State
    posted_at: datetime


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """True numbers, whatever is shown: posts in all, their authors, in the last minute, and those that wait."""

    posts: int
    authors: int
    last_minute: int
    waiting: int


class Minute(msgspec.Struct, frozen=True):
    at: datetime
    posts: int


class Sample(msgspec.Struct, frozen=True):
    """What is shown of what came: `posts` of `of` (N28). Complete where the two agree."""

    entries: Sequence[Entry]
    of: int

    @property
    def complete(self) -> bool:
        return len(self.entries) == self.of
