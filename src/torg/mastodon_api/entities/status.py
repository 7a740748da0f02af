"""Statuses and quotes. A status quotes with a Quote; inside that quote, only a ShallowQuote follows."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account, Approver, Audience, Verdict
from torg.mastodon_api.entities.base import UNSET, Datetime, Entity, Id, Maybe, Url
from torg.mastodon_api.entities.by_line import ByLine
from torg.mastodon_api.entities.card import PreviewCard
from torg.mastodon_api.entities.collection import Collection
from torg.mastodon_api.entities.emoji import CustomEmoji
from torg.mastodon_api.entities.filter import FilterResult
from torg.mastodon_api.entities.media import MediaAttachment
from torg.mastodon_api.entities.poll import Poll
from torg.mastodon_api.entities.tag import ShallowTag

QuoteState = Annotated[
    str,
    Meta(
        pattern=r"^(pending|accepted|rejected|revoked|deleted|unauthorized|blocked_account|blocked_domain|muted_account)$"
    ),
]


class StatusApplication(Entity, kw_only=True):
    """Status `application`: the client that posted it."""

    name: str
    website: Url | None


class StatusMention(Entity, kw_only=True):
    """Status::Mention: an account named in the text."""

    id: Id
    username: str
    url: Url
    acct: str


class QuoteApproval(Entity, kw_only=True):
    """QuoteApproval: who may quote a status, and what holds for the viewer."""

    automatic: list[Approver]
    manual: list[Approver]
    current_user: Verdict


class ShallowQuote(Entity, kw_only=True):
    """ShallowQuote: a quote within a quote, by id alone."""

    state: QuoteState
    quoted_status_id: Id | None


class StatusBase(Entity, kw_only=True):
    """Every attribute of a status but `reblog` and `quote`, which differ with its depth."""

    id: Id
    uri: Url
    created_at: Datetime
    account: Account
    content: str
    visibility: Audience
    sensitive: bool
    spoiler_text: str
    media_attachments: list[MediaAttachment]
    mentions: list[StatusMention]
    tags: list[ShallowTag]
    emojis: list[CustomEmoji]
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    replies_count: int
    url: Url | None
    in_reply_to_id: Id | None
    in_reply_to_account_id: Id | None
    poll: Poll | None
    card: PreviewCard | None
    language: str | None
    edited_at: Datetime | None
    quote_approval: QuoteApproval
    tagged_collections: list[Collection]
    application: Maybe[StatusApplication] = UNSET
    text: Maybe[str | None] = UNSET
    favourited: Maybe[bool] = UNSET
    reblogged: Maybe[bool] = UNSET
    muted: Maybe[bool] = UNSET
    bookmarked: Maybe[bool] = UNSET
    pinned: Maybe[bool] = UNSET
    filtered: Maybe[list[FilterResult]] = UNSET
    by: Maybe[ByLine] = UNSET  # ours: who really wrote, where the account shows it
    group_id: Maybe[Id] = UNSET  # ours: the account id of the group that the post stands in


class QuotedStatus(StatusBase, kw_only=True):
    """Status as it stands inside a Quote."""

    reblog: None = None
    quote: ShallowQuote | None = None


class Quote(Entity, kw_only=True):
    """Quote: a quoted status, null unless its state lets it be shown."""

    state: QuoteState
    quoted_status: QuotedStatus | None


class Status(StatusBase, kw_only=True):
    """Status: a post, or a boost of one in `reblog`. The viewer's own flags only with a user's token."""

    reblog: Status | None
    quote: Quote | None
