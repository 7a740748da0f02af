"""Announcements of the server to everybody."""

from __future__ import annotations

from torg.mastodon_api.entities.base import UNSET, Datetime, Entity, Id, Maybe, Url
from torg.mastodon_api.entities.emoji import CustomEmoji, Reaction
from torg.mastodon_api.entities.tag import ShallowTag


class AnnouncementAccount(Entity, kw_only=True):
    """Announcement::Account: an account named in the text."""

    id: Id
    username: str
    url: Url
    acct: str


class AnnouncementStatus(Entity, kw_only=True):
    """Announcement::Status: a status linked in the text."""

    id: Id
    url: Url


class Announcement(Entity, kw_only=True):
    """Announcement: a notice with an optional span of time; `read` only for a viewer."""

    id: Id
    content: str
    starts_at: Datetime | None
    ends_at: Datetime | None
    all_day: bool
    published_at: Datetime
    updated_at: Datetime
    mentions: list[AnnouncementAccount]
    statuses: list[AnnouncementStatus]
    tags: list[ShallowTag]
    emojis: list[CustomEmoji]
    reactions: list[Reaction]
    read: Maybe[bool] = UNSET
