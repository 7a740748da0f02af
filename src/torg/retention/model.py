"""Nouns: what falls due under retention, and how it looks before it goes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal["post", "reply", "boost", "message"]


class GroupRule(msgspec.Struct, frozen=True, kw_only=True):
    """A group whose own number of days wins over the network's, whether it is longer or shorter."""

    id: int
    handle: str
    retention_days: int | None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many of something would go; `id` None: outside groups."""

    id: int | None
    name: str
    count: int


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A post or message that would go, with the beginning of its text."""

    id: int
    kind: Kind
    account_id: int
    handle: str
    group_id: int | None
    created_at: datetime
    text: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would go now. `held`: what is old enough, and stays because of a legal hold."""

    days: int | None
    message_days: int | None
    total: int
    held: int
    oldest: datetime | None
    by_kind: dict[str, int]
    by_group: list[Tally]
    by_author: list[Tally]
    files: int
    bytes: int
    examples: list[Example]


class Removed(msgspec.Struct):
    """What a run has removed so far."""

    posts: int = 0
    messages: int = 0
    snapshots: int = 0
    finished: bool = True
