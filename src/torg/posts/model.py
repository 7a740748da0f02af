"""Nouns: the post, its draft, and the view of it that edges present."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

import msgspec

from torg.accounts.model import Account
from torg.cards.model import Card
from torg.media.model import Attachment

QuotePolicy = Literal["public", "followers", "nobody"]
QuoteState = Literal["pending", "accepted", "rejected", "revoked", "deleted"]


class Audience(StrEnum):
    """Who may read a post, within its network. A direct message is no post and has no audience."""

    EVERYONE = "everyone"
    FOLLOWERS = "followers"
    GROUP = "group"
    MENTIONED = "mentioned"


class Post(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A stored post, or a boost of one (`boost_of_id`, then without text). Counts as of the read."""

    id: int
    org_id: int
    network_id: int
    account_id: int
    audience: Audience
    listed: bool
    group_id: int | None
    thread_id: int
    reply_to_id: int | None
    reply_to_account_id: int | None
    boost_of_id: int | None
    quote_of_id: int | None
    quote_of_account_id: int | None
    quote_state: QuoteState | None
    quote_policy: QuotePolicy
    source: str
    html: str
    spoiler: str
    sensitive: bool
    language: str | None
    app_id: int | None
    uri: str | None
    url: str | None
    has_media: bool
    created_at: datetime
    edited_at: datetime | None
    version: int
    by_account_id: int | None = None


class PollDraft(msgspec.Struct, frozen=True, kw_only=True):
    options: list[str]
    expires_in: int
    multiple: bool = False
    hide_totals: bool = False


class MediaChange(msgspec.Struct, frozen=True, kw_only=True):
    """Alt text, focus or thumbnail of one attachment changed together with its post."""

    id: int
    description: str | None = None
    focus: str | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What an author wants to publish."""

    text: str = ""
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    audience: Audience = Audience.EVERYONE
    listed: bool = True
    group_id: int | None = None
    reply_to_id: int | None = None
    media_ids: list[int] = []
    poll: PollDraft | None = None
    quote_of_id: int | None = None
    quote_policy: QuotePolicy = "public"
    app_id: int | None = None
    idempotency_key: str | None = None


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    post_id: int
    account_id: int
    multiple: bool
    hide_totals: bool
    options: list[str]
    tallies: list[int]
    voters: int
    expires_at: datetime | None
    own_votes: list[int] | None = None

    def expired(self, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at


class Counts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    replies: int = 0
    boosts: int = 0
    favourites: int = 0
    quotes: int = 0


class Flags(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The viewer's own marks on a post."""

    favourited: bool = False
    boosted: bool = False
    bookmarked: bool = False
    pinned: bool = False
    muted: bool = False


class AppName(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    name: str
    website: str | None


Look = tuple[object, ...]
"""Names all that a view shows: two views of the same look show the same, whoever reads (posts/hydrating.py)."""


class PostView(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post with everything that is shown around it; `boost_of` and `quoted` are views of their own.

    `look` is None where nothing is known that names what is shown: it is then put together anew.
    """

    post: Post
    account: Account
    counts: Counts = Counts()
    flags: Flags = Flags()
    mentions: list[Account] = []
    tags: list[str] = []
    media: list[Attachment] = []
    poll: Poll | None = None
    card: Card | None = None
    app: AppName | None = None
    boost_of: PostView | None = None
    quoted: PostView | None = None
    follows_author: bool = False
    group_kind: str | None = None
    look: Look | None = None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an edited post, oldest first in lists of them."""

    source: str
    html: str
    spoiler: str
    sensitive: bool
    media: list[dict[str, Any]]
    poll: dict[str, Any] | None
    created_at: datetime
