"""Nouns: the watch, the hit, and a text to be looked through."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal["words", "expression"]
Severity = Literal["low", "medium", "high"]
Subject = Literal["post", "message"]


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What is watched for; `group_id` None: in the whole network."""

    id: int
    name: str
    kind: Kind
    expression: str
    severity: Severity
    group_id: int | None
    notify_account_id: int | None
    notify_email: str
    enabled: bool
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    hits: int = 0
    open_hits: int = 0


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Where it was found; `subject_id` may name what is gone by now."""

    id: int
    watch_id: int
    watch_name: str
    severity: Severity
    subject: Subject
    subject_id: int
    account_id: int
    handle: str
    host: str
    group_id: int | None
    found: str
    excerpt: str
    edited: bool
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: int | None
    note: str


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be looked through, all its texts in one."""

    id: int
    account_id: int
    handle: str
    group_id: int | None
    text: str


class Match(msgspec.Struct, frozen=True):
    """A piece of a text, by characters."""

    text: str
    start: int
    end: int
