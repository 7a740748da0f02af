"""Nouns: who and what a search is limited to."""

from __future__ import annotations

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
