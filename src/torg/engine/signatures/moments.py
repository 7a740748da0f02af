"""When a request may have been signed: within the last hour, or five minutes ahead for a clock that is fast."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from torg.engine.signatures.model import BadSignature

BACK = 3600
AHEAD = 300


def check_date(value: str) -> None:
    """A Date header (RFC 9110 §5.6.7)."""
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = moment.timestamp()
    except (ValueError, TypeError, OverflowError, IndexError) as wrong:
        raise BadSignature("the Date header is malformed") from wrong
    _check(seconds, "Date")


def check_span(created: int | None, expires: int | None) -> None:
    """`created` and `expires` in seconds since 1970, as far as they are given."""
    if created is not None:
        _check(created, "created")
    if expires is not None and (expires < time.time() or (created is not None and expires < created)):
        raise BadSignature("it has expired")


def now_as_date() -> str:
    """The value of a Date header."""
    return datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def _check(seconds: float, what: str) -> None:
    age = time.time() - seconds
    if age > BACK:
        raise BadSignature(f"its {what} is more than an hour back")
    if age < -AHEAD:
        raise BadSignature(f"its {what} is more than five minutes ahead")
