"""Nouns of the showcase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec


class FeaturedTag(msgspec.Struct, frozen=True, kw_only=True):
    """A hashtag on a profile, with how often and when its owner used it in posts for everyone."""

    id: int
    account_id: int
    tag_id: int
    name: str
    display_name: str
    uses: int = 0
    last_used_at: datetime | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One account in a collection. `pending`: its server has not answered yet; `revoked`: it wants out for good."""

    id: int
    collection_id: int
    account_id: int
    state: Literal["pending", "accepted", "revoked"]
    created_at: datetime


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that somebody recommends. Unless `discoverable` it is shown only to those who know its address."""

    id: int
    account_id: int
    name: str
    description: str
    language: str | None
    tag: str | None
    sensitive: bool
    discoverable: bool
    created_at: datetime
    updated_at: datetime
    items: Sequence[Item] = ()


class CollectionChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to set; None leaves as it is. An empty language or tag takes it away."""

    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag_name: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None
