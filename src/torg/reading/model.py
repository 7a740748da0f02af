"""Nouns: the mark, the bounded count, and what is unread of a whole network."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Place = Literal["group", "thread"]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """How far a place has been read; `subject_id` is 0 for a timeline."""

    place: str
    subject_id: int
    last_read_id: int
    updated_at: datetime


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """At most 100; `more` says that there are more."""

    count: int
    more: bool


class InGroup(msgspec.Struct, frozen=True, kw_only=True):
    """New posts of a group since it was read, or since one came into it."""

    group_id: int
    count: int
    last_read_id: int | None


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """What is new for one account; groups without anything new are left out."""

    home: Count
    notifications: Count
    conversations: Count
    must_see: Count
    groups: list[InGroup]

    @property
    def total(self) -> int:
        """What calls for attention, for one number beside a network: notifications, conversations, announcements."""
        return self.notifications.count + self.conversations.count + self.must_see.count
