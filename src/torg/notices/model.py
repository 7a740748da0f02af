"""Nouns: the notice, the news that may become one, a reader's policy, and what is held back."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

NoticeType = Literal[
    "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quote", "quoted_update",
    "admin.sign_up", "admin.report", "severed_relationships", "moderation_warning", "added_to_collection",
    "collection_update", "torg.response", "torg.appeal", "torg.promotion", "torg.promotion_decided",
]  # fmt: skip
Treatment = Literal["accept", "filter", "drop"]


class News(msgspec.Struct, frozen=True, kw_only=True):
    """Something that concerns `to`, before the rules have decided whether it is told.

    `source` names the cause: one reader hears of one cause once under each type. `thread_id` and `conversation_id`
    tell which mute silences it. `private`: only those named in it can read it. `invited`: the reader wrote there first.
    `insistent`: told whatever the reader has muted, blocked or chosen (announcements that must be seen).
    `own`: of something of the reader's own, so that it may come from himself or herself.
    """

    to: int
    type: NoticeType
    by: int
    source: str
    at: datetime
    post_id: int | None = None
    boost_id: int | None = None
    message_id: int | None = None
    subject_id: int | None = None
    thread_id: int | None = None
    conversation_id: int | None = None
    private: bool = False
    invited: bool = False
    insistent: bool = False
    own: bool = False


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """How the reader stands to whoever did it; `n` is the news' place in the question."""

    n: int
    reader_here: bool
    doer_here: bool
    blocked: bool
    muted: bool
    thread_muted: bool
    following: bool
    follower: bool
    is_new: bool
    limited: bool
    permitted: bool
    for_not_following: Treatment
    for_not_followers: Treatment
    for_new_accounts: Treatment
    for_private_mentions: Treatment
    for_limited_accounts: Treatment


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A stored notice."""

    id: int
    account_id: int
    type: NoticeType
    from_id: int
    group_key: str
    post_id: int | None
    message_id: int | None
    subject_id: int | None
    filtered: bool
    created_at: datetime


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Notices of one type about one thing. The `page_…` parts tell what of it the present page stands for."""

    key: str
    newest: Notice
    count: int
    sample: list[int]
    page_min_id: int | None = None
    page_max_id: int | None = None
    page_at: datetime | None = None


class GroupPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of groups, newest first, and the smallest and largest notice id that it stands for."""

    groups: list[Group]
    newest_id: int | None = None
    oldest_id: int | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which notices a caller asks for. `types` None: all."""

    types: list[str] | None = None
    exclude_types: list[str] = []
    from_id: int | None = None
    include_filtered: bool = False


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of notices from five kinds of accounts (docs: entities/NotificationPolicy)."""

    for_not_following: Treatment
    for_not_followers: Treatment
    for_new_accounts: Treatment
    for_private_mentions: Treatment
    for_limited_accounts: Treatment


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """How much waits: accounts (at most 100 are counted) and their notices."""

    requests: int
    notices: int


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """An account whose notices wait for the reader's word; `post_id` or `message_id` is the newest that they name."""

    id: int
    from_id: int
    created_at: datetime
    updated_at: datetime
    count: int
    post_id: int | None
    message_id: int | None
