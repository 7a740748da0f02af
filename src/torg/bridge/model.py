"""Nouns of the doors: the side-thread, the promotion, what the guard stopped and what it looks for."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

PromotionState = Literal["draft", "submitted", "approved", "rejected", "published", "withdrawn"]
StopReason = Literal["post", "group", "file", "term"]


class SideThread(msgspec.Struct, frozen=True, kw_only=True):
    """An inside thread about a public one. `group_id`: whose it is (None: everybody's inside).

    `posts` and `people` count what stands in it; `last_post_at` None: nothing any more.
    """

    id: int
    public_network_id: int
    public_thread_id: int
    group_id: int | None
    root_post_id: int | None
    public_text: str
    public_acct: str
    created_at: datetime
    posts: int = 0
    people: int = 0
    last_post_at: datetime | None = None


class Redaction(msgspec.Struct, frozen=True, kw_only=True):
    """What to take out: characters `start` to `end` of the text, a literal `text`, or a regular expression `pattern`.

    `remove`: leave nothing; else blocks stand in its place.
    """

    start: int | None = None
    end: int | None = None
    text: str | None = None
    pattern: str | None = None
    remove: bool = False


class ChosenMedia(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the inside post that goes along, with the alternative text that it will have."""

    id: int
    description: str | None = None


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """An inside post on its way out. `text` is what will be read; `digest` names exactly this version of it all."""

    id: int
    state: PromotionState
    source_post_id: int | None
    source_account_id: int | None
    requested_by: int | None
    requested_by_person: int | None
    decided_by: int | None
    public_network_id: int
    face_id: int
    original: str
    text: str
    spoiler: str
    language: str | None
    redactions: list[Redaction]
    media: list[ChosenMedia]
    credit: bool
    digest: str
    reason: str
    public_post_id: int | None
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None


class Part(msgspec.Struct, frozen=True):
    """A piece of a comparison: in both texts, only in the inside one, or only in the public one."""

    kind: Literal["same", "gone", "new"]
    text: str


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A code word or phrase that stops a post, or one that never does although a group is called so."""

    id: int
    term: str
    words: str
    effect: Literal["stop", "allow"]
    created_by: int | None
    created_at: datetime


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Why a text must not go out. `passage`: the part of the text itself that was recognised."""

    reason: StopReason
    passage: str
    post_id: int | None = None
    group_id: int | None = None


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A public post that the guard stopped. `account_id`: the public face. `used_at`: posted after its release."""

    id: int
    public_network_id: int
    account_id: int
    reason: StopReason
    text: str
    digest: str
    passage: str
    post_id: int | None
    group_id: int | None
    attempts: int
    created_at: datetime
    released_by: int | None
    released_at: datetime | None
    used_at: datetime | None
