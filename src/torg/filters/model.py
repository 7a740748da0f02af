"""Nouns: the filter, its keywords and posts, and what matched."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Action = Literal["warn", "hide", "blur"]
Context = Literal["home", "notifications", "public", "thread", "account"]


class Keyword(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    filter_id: int
    keyword: str
    whole_word: bool


class FilteredPost(msgspec.Struct, frozen=True, kw_only=True):
    """A single post that a filter names."""

    id: int
    filter_id: int
    post_id: int


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    account_id: int
    title: str
    context: list[str]
    action: Action
    expires_at: datetime | None
    keywords: list[Keyword] = []
    posts: list[FilteredPost] = []


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A filter that applies to a post, and why: words as they stand in the text, or the post's own id."""

    filter: Filter
    words: list[str]
    post_ids: list[int]


class KeywordChange(msgspec.Struct, frozen=True, kw_only=True):
    """A keyword to add (no id), change or remove."""

    keyword: str | None = None
    whole_word: bool | None = None
    id: int | None = None
    destroy: bool = False
