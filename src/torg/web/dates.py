"""Times and numbers as people of a language write them. Pages know no time zone, so everything is UTC and says so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from torg.kernel.clock import now
from torg.kernel.later import Later

if TYPE_CHECKING:
    import babel
    from babel import dates, numbers
else:
    babel, dates, numbers = Later("babel"), Later("babel.dates"), Later("babel.numbers")

TERRITORIES = {"sv": "SE", "en": "GB"}


@cache
def locale_of(language: str) -> babel.Locale:
    """How dates and numbers are written in one of our languages."""
    return babel.Locale(language, TERRITORIES[language])


def moment(when: datetime, language: str) -> str:
    """`23 Nov, 20:15`; with the year if it is another one."""
    year = "" if when.astimezone(UTC).year == now().year else " yyyy"
    return dates.format_datetime(when, f"d MMM{year}, HH:mm", tzinfo=UTC, locale=locale_of(language))


def clock(when: datetime, language: str) -> str:
    """`20:15`, where the day is known."""
    return dates.format_datetime(when, "HH:mm", tzinfo=UTC, locale=locale_of(language))


def exactly(when: datetime, language: str) -> str:
    """`Monday 23 November 2026 at 20:15:07 UTC`, for who points at it."""
    return dates.format_datetime(when, "full", tzinfo=UTC, locale=locale_of(language))


def day(when: datetime, language: str) -> str:
    """`23 November 2026`."""
    return dates.format_date(when.astimezone(UTC), "long", locale=locale_of(language))


def number(count: float, language: str) -> str:
    """`12,345`, in Swedish with spaces."""
    return numbers.format_decimal(count, locale=locale_of(language))


def month(when: date, language: str) -> str:
    """`Nov 2026`."""
    return dates.format_date(when, "MMM yyyy", locale=locale_of(language))


def short_day(when: date, language: str) -> str:
    """`23 Nov`."""
    return dates.format_date(when, "d MMM", locale=locale_of(language))


def lasting(seconds: float, language: str) -> str:
    """`2 hours`: in the largest unit of which there is one and a half."""
    return dates.format_timedelta(timedelta(seconds=seconds), locale=locale_of(language), threshold=1.5)
