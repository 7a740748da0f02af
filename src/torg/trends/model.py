"""Nouns: what trends, and why."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["tag", "post", "link"]
Reviewed = Literal["post", "account", "link", "publisher"]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why something trends (FEATURES T7): `accounts` had to do with it `uses` times within `hours` hours.

    `usual`: how many accounts that would be in as long a time of the week before; 0 for posts.
    """

    accounts: int
    uses: int
    usual: float
    hours: int


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of one thing. `weight`: the accounts, each halved for every half-life since its last use."""

    id: int
    accounts: int
    uses: int
    weight: float
    usual: float = 0.0


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that trends; `subject_id` is that of the tag, post or card."""

    subject_id: int
    score: float
    reason: Reason
