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


class Picture(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Keys of a processed picture in the blob store; `static_key` is a still of an animation."""

    key: str
    static_key: str
    description: str = ""


class ProfileField(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row of the profile's table."""

    name: str
    value: str
    value_html: str = ""
    verified_at: datetime | None = None


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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
    appeal_mails: bool = True
    """Of those who decide about objections: whether each new one is mailed, too."""
    locale: str | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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
    stated_posts: int = 0  # what a remote account's server states, of all that it has
    stated_followers: int = 0
    stated_following: int = 0

    @property
    def acct(self) -> str:
        """`anna` here, `anna@other.example` for an account of another server."""
        return f"{self.handle}@{self.host}" if self.host else self.handle

    @property
    def is_local(self) -> bool:
        return not self.host

    @property
    def all_posts(self) -> int:
        """How many posts it has, here or where it lives: never fewer than we know."""
        return max(self.posts_count, self.stated_posts)

    @property
    def all_followers(self) -> int:
        """How many follow it, from everywhere, as far as is known."""
        return max(self.followers_count, self.stated_followers)

    @property
    def all_following(self) -> int:
        """How many it follows, everywhere, as far as is known."""
        return max(self.following_count, self.stated_following)

    @property
    def visible(self) -> bool:
        """Whether others may see the account at all."""
        return self.state == "active" and self.suspended_at is None
