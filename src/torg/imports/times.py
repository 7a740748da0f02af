"""Times as files write them: a given strptime format, or ISO 8601, epoch, Twitter's and mail's forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from torg.kernel.errors import Misused

_EPOCH = re.compile(r"-?\d{9,19}(\.\d+)?")
_TWITTER = "%a %b %d %H:%M:%S %z %Y"


def check_format(form: str | None) -> None:
    """Raises Misused for a strptime format that no time could match."""
    try:
        datetime.strptime("", form or "")
    except re.error:
        raise Misused(f"--time-format {form!r} names a part of the time twice") from None
    except ValueError as error:
        if "bad directive" in str(error) or "stray" in str(error):
            raise Misused(f"--time-format {form!r}: {error}. Write for example '%Y-%m-%d %H:%M'") from None


def read_time(value: str, form: str | None = None) -> datetime:
    """The moment that `value` names, in UTC; a time without a zone is taken as UTC.

    With `form` (strptime) only that form holds. Raises ValueError with a reason that can be shown.
    """
    value = value.strip()
    if not value:
        raise ValueError("the time is missing")
    moment = _by_form(value, form) if form else _by_guess(value)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if moment.year < 1970:
        raise ValueError(f"the time {value!r} lies before 1970")
    return moment


def _by_form(value: str, form: str) -> datetime:
    try:
        return datetime.strptime(value, form)
    except ValueError:
        raise ValueError(f"the time {value!r} does not match the format {form!r}") from None


def _by_guess(value: str) -> datetime:
    if _EPOCH.fullmatch(value):
        return _from_epoch(value)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        pass
    try:
        return datetime.strptime(value, _TWITTER)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        raise ValueError(f"the time {value!r} is not ISO 8601 or epoch; give its format with --time-format") from None


def _from_epoch(value: str) -> datetime:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size."""
    number = float(value)
    for _ in range(3):
        if abs(number) < 1e11:
            break
        number /= 1000
    try:
        return datetime.fromtimestamp(number, UTC)
    except (OverflowError, OSError, ValueError):
        raise ValueError(f"the time {value!r} is out of range") from None
