"""Nouns: the question and which of them are asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

State = Literal["open", "answered", "closed"]
Which = Literal["all", "open", "unanswered", "answered", "closed", "mine"]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The extra of a post with the same id. Who marked the best answer is `best_by`."""

    id: int
    asker_id: int
    state: State
    best_id: int | None
    best_by: int | None
    answered_at: datetime | None
    closed_at: datetime | None
    created_at: datetime


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which questions. `unanswered`: open ones that nobody else has replied to; `tag` without `#`."""

    which: Which = "all"
    tag: str | None = None
    group_id: int | None = None
