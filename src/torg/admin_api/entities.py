"""What the methods for administrators answer with: times are ISO 8601 in UTC, ids are strings, as in Mastodon's API."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class AdminAnnouncement(msgspec.Struct, kw_only=True):
    """An announcement in whatever state; `text` as typed, `content` as HTML."""

    id: str
    text: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published: bool
    published_at: str | None
    scheduled_at: str | None
    created_at: str
    updated_at: str


class AdminCustomEmoji(msgspec.Struct, kw_only=True):
    """Mastodon's CustomEmoji with its id and whether it is out of use."""

    id: str
    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool
    disabled: bool
    category: str | None


class AdminRuleTranslation(msgspec.Struct, kw_only=True):
    """A rule in another language."""

    text: str
    hint: str


class AdminRule(msgspec.Struct, kw_only=True):
    """Mastodon's Rule with its place in the list."""

    id: str
    text: str
    hint: str
    position: int
    translations: dict[str, AdminRuleTranslation]


class AdminTerms(msgspec.Struct, kw_only=True):
    """A version of the terms of service; `text` as typed (Markdown), `effective_date` YYYY-MM-DD."""

    id: str
    effective_date: str
    effective: bool
    text: str
    published_at: str


class AdminTextVersion(msgspec.Struct, kw_only=True):
    """What a text of the network said from `created_at` on."""

    id: str
    text: str
    created_at: str


class AdminRole(msgspec.Struct, kw_only=True):
    """Mastodon's Role with its place in the hierarchy; `permissions` are the bits as a decimal number."""

    id: str
    name: str
    color: str
    permissions: str
    position: int
    highlighted: bool
    accounts_count: int


class AdminSettings(msgspec.Struct, kw_only=True):
    """A network's settings. null: as the installation is configured; texts are Markdown as typed."""

    host: str
    kind: str
    name: str
    thumbnail: str | None
    registration: Literal["open", "approval", "closed"] | None
    confirm_email: bool | None
    max_characters: int
    max_media: int
    max_poll_options: int
    max_pins: int
    short_description: str
    description: str
    contact_email: str
    contact_handle: str
    languages: list[str]
    privacy_policy: str
    terms_of_service: str
    registrations_message: str
    local_live_feed: Literal["public", "authenticated", "disabled"]
    min_age: int | None
    private: bool
    single_user: str
    trends_need_review: bool
    posting: Literal["members", "admins"]
    home_feed: Literal["company", "followed"] | None
    federation: Literal["open", "allowed", "off"]
    authorised_fetch: bool
    remote_media_days: int
    remote_media_mb: int
    webmentions: bool
    guest_replies: bool
    group_creation: Literal["members", "admins"]
    guest_invitations: Literal["members", "admins", "nobody"]
    managers_edited_by: Literal["self", "admins"]
    retention_days: int | None
    message_retention_days: int | None
    deleted_retention_days: int
    guard_days: int
    locale: str | None
    accent: str | None
    team_accounts: Literal["members", "admins"]
    digest: Literal["off", "daily", "weekly"] | None
    digest_content: Literal["full", "titles", "counts"]
    push_content: Literal["full", "titles", "nothing"]
    time_zone: str


class AdminAssignment(msgspec.Struct, kw_only=True):
    """Who holds which role; null: none."""

    account_id: str
    role: AdminRole | None


class AdminLogEntry(msgspec.Struct, kw_only=True):
    """What somebody in office did; `actor_id` 0 is the command line. Ids within `details` are strings."""

    id: str
    actor_id: str
    verb: str
    target_type: str
    target_id: str | None
    details: dict[str, Any]
    created_at: str
