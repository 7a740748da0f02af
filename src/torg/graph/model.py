"""Nouns of the graph: the ties between two accounts, both ways."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class FollowOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a follow brings. None leaves as it is, or takes the default of a new follow; no languages means all."""

    boosts: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None
    uri: str | None = None  # of the Follow that another server sent


class Ties(msgspec.Struct, frozen=True, kw_only=True):
    """What the viewer is to the account `id`, and the other way round (Mastodon: entities/Relationship)."""

    id: int
    following: bool = False
    show_boosts: bool = False
    notify: bool = False
    languages: list[str] | None = None
    followed_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: datetime | None = None
    requested: bool = False
    requested_by: bool = False
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""


class Severance(msgspec.Struct, frozen=True, kw_only=True):
    """What one account here lost by one cause (Mastodon: entities/RelationshipSeveranceEvent)."""

    id: int
    account_id: int
    type: Literal["domain_block", "user_domain_block", "account_suspension"]
    target_name: str
    purged: bool
    followers_count: int
    following_count: int
    created_at: datetime


class SeveredFollow(msgspec.Struct, frozen=True, kw_only=True):
    """Whom one followed, or who followed, and what the follow brought."""

    handle: str
    host: str
    show_boosts: bool
    notify: bool
    languages: list[str] | None

    @property
    def acct(self) -> str:
        return f"{self.handle}@{self.host}"
