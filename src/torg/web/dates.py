"""Times and numbers as people of a language write them, by the clock of the network, which the page says.

Where scripts run they put the reader's own clock in its place (frontend/src/times.js).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from torg.kernel.clock import now
from torg.kernel.later import Later

if TYPE_CHECKING:
    import babel
    from babel import dates, numbers
else:
    babel, dates, numbers = Later("babel"), Later("babel.dates"), Later("babel.numbers")

FIELD = "%Y-%m-%dT%H:%M"
"""How a browser writes a `datetime-local`."""
TERRITORIES = {"sv": "SE", "en": "GB"}


@cache
def locale_of(language: str) -> babel.Locale:
    """How dates and numbers are written in one of our languages."""
    return babel.Locale(language, TERRITORIES[language])


@cache
def place(zone: ZoneInfo, language: str) -> str:
    """Whose clock it is: `Stockholm`; `UTC` for zones of no place."""
    if zone.key.partition("/")[0] in ("UTC", "Etc", "GMT", "Zulu", "Universal"):
        return zone.key.rpartition("/")[2]
    return dates.get_timezone_location(zone, locale=locale_of(language), return_city=True)


def moment(when: datetime, language: str, zone: ZoneInfo) -> str:
    """`23 Nov, 20:15`; with the year if it is another one."""
    year = "" if when.astimezone(zone).year == now().astimezone(zone).year else " yyyy"
    return dates.format_datetime(when, f"d MMM{year}, HH:mm", tzinfo=zone, locale=locale_of(language))


def clock(when: datetime, language: str, zone: ZoneInfo) -> str:
    """`20:15`, where the day is known."""
    return dates.format_datetime(when, "HH:mm", tzinfo=zone, locale=locale_of(language))


def exactly(when: datetime, language: str, zone: ZoneInfo) -> str:
    """`Monday 23 November 2026 at 20:15:07 Central European Standard Time`, for who points at it."""
    return dates.format_datetime(when, "full", tzinfo=zone, locale=locale_of(language))


def day(when: datetime, language: str, zone: ZoneInfo) -> str:
    """`23 November 2026`."""
    return dates.format_date(when.astimezone(zone), "long", locale=locale_of(language))


def field(when: datetime, zone: ZoneInfo) -> str:
    """`2026-11-23T20:15`, for a form that asks for a time."""
    return when.astimezone(zone).strftime(FIELD)


def asked(text: str, zone: ZoneInfo) -> tuple[str, str]:
    """What was written in such a field, for the form that comes back: as the field has it, and the moment in UTC.

    The moment is empty for what is no time.
    """
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        return text, ""
    when = given if given.tzinfo else given.replace(tzinfo=zone)
    return field(when, zone), when.astimezone(UTC).strftime(FIELD) + "Z"


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
