"""Nouns: the announcement, what an administrator writes, and the answers to it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from torg.accounts.model import Account


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator writes. `scheduled_at`: publish it by itself then; else `publish` says whether now."""

    text: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: bool = False
    scheduled_at: datetime | None = None
    publish: bool = True


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """A stored announcement; `published_at` None: only administrators see it."""

    id: int
    text: str
    html: str
    mention_ids: list[int]
    post_ids: list[int]
    tags: list[str]
    starts_at: datetime | None
    ends_at: datetime | None
    all_day: bool
    scheduled_at: datetime | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """All answers with one emoji. `key` and `static_key`: the files of an emoji of the network's own."""

    announcement_id: int
    name: str
    count: int
    mine: bool
    key: str | None
    static_key: str | None


class LinkedPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post that an announcement links to."""

    id: int
    handle: str


class AnnouncementView(msgspec.Struct, frozen=True, kw_only=True):
    """An announcement as a reader sees it; `read` None for nobody."""

    announcement: Announcement
    mentions: list[Account]
    posts: list[LinkedPost]
    reactions: list[Reaction]
    read: bool | None
