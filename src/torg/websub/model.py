"""Nouns: a subscription, and the wish for one that has yet to be verified."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Mode = Literal["subscribe", "unsubscribe"]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked of the hub, until the callback says that it meant it. `seconds`: of the lease."""

    mode: Mode
    topic: str
    key: str
    callback: str
    seconds: int
    secret: str | None = None


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    topic: str
    callback: str
    secret: str | None
    lease_until: datetime
    sent_hash: bytes | None
    failures: int
    failing_since: datetime | None
    retry_at: datetime | None
