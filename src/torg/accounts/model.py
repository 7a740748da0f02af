"""Nouns: the account, its pictures and profile fields."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec


class AccountKind(StrEnum):
    PERSONAL = "personal"
    TEAM = "team"
    BOT = "bot"
    GROUP = "group"
    REMOTE = "remote"


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Keys of a processed picture in the blob store; `static_key` is a still of an animation."""

    key: str
    static_key: str
    description: str = ""


class ProfileField(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the profile's table."""

    name: str
    value: str
    value_html: str = ""
    verified_at: datetime | None = None


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Posting defaults and reading preferences of a local account."""

    privacy: Literal["public", "unlisted", "private"] = "public"
    sensitive: bool = False
    language: str | None = None
    quote_policy: Literal["public", "followers", "nobody"] = "public"
    expand_media: Literal["default", "show_all", "hide_all"] = "default"
    expand_spoilers: bool = False
    autoplay: bool = False
    attribution_domains: list[str] = []
    show_media: bool = True
    show_media_replies: bool = True
    show_featured: bool = True
    home_feed: Literal["company", "followed"] | None = None
    locale: str | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A face in one network. Counts are kept on the row; `host` is '' for a local account."""

    id: int
    org_id: int
    network_id: int
    kind: AccountKind
    person_id: int | None
    role_id: int | None
    handle: str
    host: str
    uri: str | None
    url: str | None
    display_name: str
    note: str
    note_html: str
    fields: list[ProfileField]
    avatar: Picture | None
    header: Picture | None
    locked: bool
    bot: bool
    guest: bool
    company: str = ""  # where somebody from outside works who was invited into a partner network
    discoverable: bool
    indexable: bool
    hide_collections: bool
    settings: AccountSettings
    state: Literal["active", "unconfirmed", "pending", "deleted"]
    disabled_at: datetime | None
    suspended_at: datetime | None
    silenced_at: datetime | None
    sensitized_at: datetime | None
    moved_to_id: int | None
    created_at: datetime
    last_post_at: datetime | None
    posts_count: int
    followers_count: int
    following_count: int
    actor_type: str = ""  # what a remote account says it is (Person, Group …); '' for ours
    host_limit: Literal["", "silence", "suspend"] = ""  # what a block of its server has laid on it
    policy_version: int = 0  # the newest usage policy that was accepted (policies/)

    @property
    def acct(self) -> str:
        """`anna` here, `anna@other.example` for an account of another server."""
        return f"{self.handle}@{self.host}" if self.host else self.handle

    @property
    def is_local(self) -> bool:
        return not self.host

    @property
    def visible(self) -> bool:
        """Whether others may see the account at all."""
        return self.state == "active" and self.suspended_at is None
