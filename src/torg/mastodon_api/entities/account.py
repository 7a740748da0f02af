"""Accounts as others see them, as their owner sees them, and in short forms."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import UNSET, Date, Datetime, Entity, Id, Maybe, Url
from torg.mastodon_api.entities.emoji import CustomEmoji
from torg.mastodon_api.entities.role import AccountRole, Role

Audience = Annotated[str, Meta(pattern=r"^(public|unlisted|private|direct)$")]
"""Visibility of a status."""

QuotePolicy = Annotated[str, Meta(pattern=r"^(public|followers|nobody)$")]
"""Who may quote by default."""

Approver = Annotated[str, Meta(pattern=r"^(public|followers|following|unsupported_policy)$")]
"""A set of people that an approval policy names."""

Verdict = Annotated[str, Meta(pattern=r"^(automatic|manual|denied|unknown)$")]
"""How an approval policy applies to the viewer."""


class Field(Entity, kw_only=True):
    """Field: a row of a profile's table; `value` is HTML except in a source or a Profile, where it is plain text."""

    name: str
    value: str
    verified_at: Datetime | None


class FeatureApproval(Entity, kw_only=True):
    """FeatureApproval: who may put an account into a collection, and what holds for the viewer."""

    automatic: list[Approver]
    manual: list[Approver]
    current_user: Annotated[str, Meta(pattern=r"^(automatic|manual|denied|missing|unknown)$")]


class Account(Entity, kw_only=True):
    """Account: a profile. `acct` is the bare handle for local accounts, handle@domain for others."""

    id: Id
    username: str
    acct: str
    url: Url | None
    uri: Url
    display_name: str
    note: str
    avatar: Url
    avatar_static: Url
    avatar_description: str
    header: Url
    header_static: Url
    header_description: str
    locked: bool
    fields: list[Field]
    emojis: list[CustomEmoji]
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    created_at: Datetime
    last_status_at: Date | None
    statuses_count: int
    followers_count: int
    following_count: int
    hide_collections: bool | None
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    roles: list[AccountRole] | None
    feature_approval: FeatureApproval
    noindex: Maybe[bool | None] = UNSET
    moved: Maybe[Account | None] = UNSET
    memorial: Maybe[bool] = UNSET
    suspended: Maybe[bool] = UNSET
    limited: Maybe[bool] = UNSET


class Source(Entity, kw_only=True):
    """Account `source`: what the owner typed, and the defaults for new statuses."""

    attribution_domains: list[str]
    note: str
    fields: list[Field]
    privacy: Audience
    sensitive: bool
    language: str
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    quote_policy: QuotePolicy


class CredentialAccount(Account, kw_only=True):
    """CredentialAccount: the viewer's own account, with its source and full role."""

    source: Source
    role: Role


class MutedAccount(Account, kw_only=True):
    """MutedAccount: a muted account and when the mute ends, null for never."""

    mute_expires_at: Datetime | None


class PartialAccountWithAvatar(Entity, kw_only=True):
    """PartialAccountWithAvatar: just enough of an account for a row of faces in grouped notifications."""

    id: Id
    acct: str
    url: Url
    avatar: Url
    avatar_static: Url
    avatar_description: str
    locked: bool
    bot: bool
