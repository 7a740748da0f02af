"""A viewer's own things: lists, conversations, reading positions, preferences, background work."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from torg.mastodon_api.entities.account import Account, Audience, QuotePolicy
from torg.mastodon_api.entities.base import UNSET, Datetime, Entity, Id, Maybe
from torg.mastodon_api.entities.status import Status


class List(Entity, kw_only=True):
    """List: a named selection of followed accounts and how replies and the home timeline treat it."""

    id: Id
    title: str
    replies_policy: Annotated[str, Meta(pattern=r"^(followed|list|none)$")]
    exclusive: bool


class Conversation(Entity, kw_only=True):
    """Conversation: direct messages among the same people."""

    id: Id
    unread: bool
    accounts: list[Account]
    last_status: Status | None


class Marker(Entity, kw_only=True):
    """Marker: how far a timeline has been read; `version` grows with each write."""

    last_read_id: Id
    version: int
    updated_at: Datetime


class Preferences(Entity, kw_only=True):
    """Preferences: defaults for writing and reading; the keys hold colons."""

    visibility: Audience = msgspec.field(name="posting:default:visibility")
    sensitive: bool = msgspec.field(name="posting:default:sensitive")
    language: str | None = msgspec.field(name="posting:default:language")
    quote_policy: QuotePolicy = msgspec.field(name="posting:default:quote_policy")
    expand_media: Annotated[str, Meta(pattern=r"^(default|show_all|hide_all)$")] = msgspec.field(
        name="reading:expand:media"
    )
    expand_spoilers: bool = msgspec.field(name="reading:expand:spoilers")


class AsyncRefresh(Entity, kw_only=True):
    """AsyncRefresh: background work that a client may poll; the id is opaque."""

    id: str
    status: Annotated[str, Meta(pattern=r"^(running|finished)$")]
    result_count: Maybe[int | None] = UNSET


class WrappedAsyncRefresh(Entity, kw_only=True):
    """Answer of `async_refreshes/:id`."""

    async_refresh: AsyncRefresh


class UnreadCount(Entity, kw_only=True):
    """Answer of the unread counters, capped."""

    count: int


class IdentityProof(Entity, kw_only=True):
    """IdentityProof: a relic; the method that returned it now returns an empty list."""

    provider: str
    provider_username: str
    updated_at: Datetime
    proof_url: str
    profile_url: str


class Empty(Entity, kw_only=True):
    """The `{}` of methods that return nothing."""
