"""Nouns of lists."""

from __future__ import annotations

from typing import Literal

import msgspec

RepliesPolicy = Literal["followed", "list", "none"]


class AccountList(msgspec.Struct, frozen=True, kw_only=True):
    """A list; `exclusive` keeps its members' posts out of the owner's home timeline."""

    id: int
    account_id: int
    title: str
    replies_policy: RepliesPolicy = "list"
    exclusive: bool = False
