"""Announcements that must be seen, and featured conversations."""

from __future__ import annotations

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Datetime, Entity, Id
from torg.mastodon_api.entities.status import Status


class MustSee(Entity, kw_only=True):
    """The extra of an announcement's status. `read_at`: when the viewer read it; `mine`: whether he or she sent it."""

    ends_at: Datetime | None
    email: bool
    remind_at: Datetime | None
    created_at: Datetime
    read_at: Datetime | None
    mine: bool


class MustSeeStatus(Status, kw_only=True):
    """Status with `must_see`."""

    must_see: MustSee


class Department(Entity, kw_only=True):
    """How many of a department were addressed, and have read."""

    name: str
    total: int
    read: int


class MustSeeReaders(Entity, kw_only=True):
    """Who has seen an announcement, in numbers, for its sender."""

    id: Id
    total: int
    told: int
    mailed: int
    reminded: int
    read: int
    unread: int
    departments: list[Department]


class MustSeeReader(Entity, kw_only=True):
    """Somebody addressed; times are null for what has not happened."""

    account: Account
    told_at: Datetime | None
    mailed_at: Datetime | None
    reminded_at: Datetime | None
    read_at: Datetime | None


class FeaturedStatus(Status, kw_only=True):
    """Status of a featured conversation, with the time until which it is at the top."""

    featured_until: Datetime
