"""Nouns: the delegation, the ways to sign, the by-line."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Right = Literal["post", "schedule", "reply", "edit", "delete"]
Signing = Literal["shown", "initials", "hidden"]


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """`delegate_id` may act for `account_id`. `owner`: of a team account, lets others in and out."""

    id: int
    account_id: int
    delegate_id: int
    rights: list[Right]
    owner: bool
    signature: str
    face: bool | None
    ends_at: datetime | None
    ended_at: datetime | None
    granted_by: int | None
    created_at: datetime

    def holds(self, at: datetime) -> bool:
        """Whether it is in force; that the delegate may still log in is asked apart."""
        return self.ended_at is None and (self.ends_at is None or self.ends_at > at)


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of who really wrote a post, before it is decided how much is shown."""

    post_id: int
    account_id: int
    kind: str
    byline: Signing | None
    by_account_id: int
    signature: str
    face: bool | None
    handle: str
    display_name: str
    active: bool


class Byline(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of who really wrote: initials, and the face if it may be shown."""

    initials: str
    account_id: int | None
    handle: str
    display_name: str
