"""Hashtags: in short, with their use per day, featured and seen by a moderator."""

from __future__ import annotations

from torg.mastodon_api.entities.base import UNSET, Count, Date, Entity, Id, Maybe, UnixTime, Url


class UsageDay(Entity, kw_only=True):
    """One day of `history`: all three are numbers written as strings."""

    day: UnixTime
    accounts: Count
    uses: Count


class ShallowTag(Entity, kw_only=True):
    """ShallowTag, also Status::Tag: a hashtag's name without # and its page."""

    name: str
    url: Url


class Tag(Entity, kw_only=True):
    """Tag: a hashtag with its last seven days; `following` and `featuring` only for a viewer."""

    id: Id
    name: str
    url: Url
    history: list[UsageDay]
    following: Maybe[bool] = UNSET
    featuring: Maybe[bool] = UNSET


class AdminTag(Tag, kw_only=True):
    """Admin::Tag: a hashtag with what moderators have decided about it."""

    trendable: bool
    usable: bool
    requires_review: bool


class FeaturedTag(Entity, kw_only=True):
    """FeaturedTag: a hashtag shown on a profile; `statuses_count` is a string."""

    id: Id
    name: str
    url: Url
    statuses_count: Count
    last_status_at: Date | None
