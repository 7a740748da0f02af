"""Times and numbers as people of a language write them. Pages know no time zone, so everything is UTC and says so."""

from __future__ import annotations

from datetime import UTC, datetime

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from torg.kernel.clock import now

LOCALES = {"sv": Locale("sv", "SE"), "en": Locale("en", "GB")}


def moment(when: datetime, language: str) -> str:
    """`23 Nov, 20:15`; with the year if it is another one."""
    year = "" if when.astimezone(UTC).year == now().year else " yyyy"
    return format_datetime(when, f"d MMM{year}, HH:mm", tzinfo=UTC, locale=LOCALES[language])


def clock(when: datetime, language: str) -> str:
    """`20:15`, where the day is known."""
    return format_datetime(when, "HH:mm", tzinfo=UTC, locale=LOCALES[language])


def exactly(when: datetime, language: str) -> str:
    """`Monday 23 November 2026 at 20:15:07 UTC`, for who points at it."""
    return format_datetime(when, "full", tzinfo=UTC, locale=LOCALES[language])


def day(when: datetime, language: str) -> str:
    """`23 November 2026`."""
    return format_date(when.astimezone(UTC), "long", locale=LOCALES[language])


def number(count: float, language: str) -> str:
    """`12,345`, in Swedish with spaces."""
    return format_decimal(count, locale=LOCALES[language])
