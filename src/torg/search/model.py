"""Nouns: who and what a search is limited to, and the searches that people keep."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Within(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds that come with the request rather than in its words. Ids are exclusive bounds."""

    limit: int = 20
    offset: int = 0
    max_id: int | None = None
    min_id: int | None = None
    account_id: int | None = None


class People(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts that `from:` and `to:` name. None: not named; empty: named, and nobody is called so."""

    from_: list[int] | None = None
    to: list[int] | None = None
    not_from: list[int] = []
    not_to: list[int] = []


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What an address of ours pasted into the search box leads to: a post or an account."""

    post_id: int | None = None
    acct: str | None = None


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A search kept by name. `track`: its owner wants to be told of new posts that it finds."""

    id: int
    name: str
    query: str
    track: bool
    created_at: datetime


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """A search and everybody who wants to be told of what it finds."""

    query: str
    account_ids: list[int]
