"""The one place that knows what time it is."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC, in whole milliseconds as Mastodon's API shows it."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z, Mastodon's date form."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat(timespec='milliseconds')[:-6]}Z"


def midnight(moment: datetime) -> str:
    """The day of a moment in that form: Mastodon tells no more of when an account was made."""
    if moment.tzinfo is UTC:
        return f"{moment.date().isoformat()}T00:00:00.000Z"
    return iso(moment.replace(hour=0, minute=0, second=0, microsecond=0))
