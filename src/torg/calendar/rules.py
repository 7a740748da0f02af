"""Decisions about events: what a plan may be, its words as a post, who gets a place; pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from torg.calendar.model import Answer, Event, Plan, Standing
from torg.kernel.errors import Invalid, invalid
from torg.kernel.later import Later
from torg.text import messages

if TYPE_CHECKING:
    import babel
    from babel import dates
else:
    babel, dates = Later("babel"), Later("babel.dates")

LONGEST = {"title": 200, "place": 300, "url": 1000, "description": 5000}
LONGEST_EVENT = timedelta(days=366)
FURTHEST = timedelta(days=366 * 10)
MOST_PEOPLE = 1_000_000
MOST_REMIND = 60 * 24 * 28
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
TERRITORIES = {"sv": "SE", "en": "GB"}
DAY = timedelta(days=1)


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name, or 422."""
    if name not in _zones():
        raise invalid("timezone", "ERR_INCLUSION", "is not the name of a time zone, such as Europe/Stockholm")
    return ZoneInfo(name)


_known: set[str] = set()


def _zones() -> set[str]:
    if not _known:
        _known.update(available_timezones())
    return _known


def moment(field: str, text: str, where: ZoneInfo) -> datetime:
    """An ISO 8601 time; without an offset it is local time at the event, without a clock its midnight."""
    try:
        given = datetime.fromisoformat(text.strip())
        local = given if given.tzinfo else given.replace(tzinfo=where)
        utc = local.astimezone(ZoneInfo("UTC"))
        if not 1970 <= utc.year <= 9000:
            raise ValueError("out of range")
    except (ValueError, OverflowError):
        raise invalid(field, "ERR_INVALID", "is not an ISO 8601 date and time") from None
    return utc


def usual_end(starts_at: datetime, all_day: bool) -> datetime:
    """The end of an event that was given none: an hour later, or the same day."""
    return starts_at if all_day else starts_at + timedelta(hours=1)


def whole_days(starts_at: datetime, ends_at: datetime, where: ZoneInfo) -> tuple[datetime, datetime]:
    """From the midnight before the start to the one after the end; an end at midnight is one already."""
    first = starts_at.astimezone(where).date()
    last_moment = ends_at - timedelta(microseconds=1) if ends_at > starts_at else ends_at
    last = max(first, last_moment.astimezone(where).date())
    return _midnight(first, where), _midnight(last + DAY, where)


def _midnight(day: date, where: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), where).astimezone(ZoneInfo("UTC"))


def check(plan: Plan, at: datetime, *, new: bool) -> Plan:
    """The plan, cleaned, or 422."""
    where = zone(plan.timezone)
    texts = {name: CONTROL.sub("", getattr(plan, name).replace("\r\n", "\n")).strip() for name in LONGEST}
    for name in ("title", "place", "url"):
        texts[name] = " ".join(texts[name].split())
    if not texts["title"]:
        raise invalid("title", "ERR_BLANK", "can't be blank")
    for name, most in LONGEST.items():
        if len(texts[name]) > most:
            raise invalid(name, "ERR_TOO_LONG", f"is too long (maximum is {most} characters)")
    if texts["url"] and not _is_link(texts["url"]):
        raise invalid("url", "ERR_INVALID", "is not an address beginning with https://")
    starts_at, ends_at = plan.starts_at, plan.ends_at
    if ends_at < starts_at:
        raise invalid("ends_at", "ERR_INVALID", "must not be before the start")
    if plan.all_day:
        starts_at, ends_at = whole_days(starts_at, ends_at, where)
    if new and ends_at < at:
        raise invalid("ends_at", "ERR_INVALID", "must not be in the past")
    if ends_at - starts_at > LONGEST_EVENT or starts_at > at + FURTHEST:
        raise invalid("ends_at", "ERR_INVALID", "is too far away")
    if plan.capacity is not None and not 0 < plan.capacity <= MOST_PEOPLE:
        raise invalid("capacity", "ERR_INVALID", f"must be between 1 and {MOST_PEOPLE}")
    if plan.remind_minutes is not None and not 0 < plan.remind_minutes <= MOST_REMIND:
        raise invalid("remind_minutes", "ERR_INVALID", f"must be between 1 and {MOST_REMIND}")
    if plan.rsvp_until is not None and plan.rsvp_until > ends_at:
        raise invalid("rsvp_until", "ERR_INVALID", "must not be after the end")
    if plan.questions_from and plan.questions_until and plan.questions_until <= plan.questions_from:
        raise invalid("questions_until", "ERR_INVALID", "must be after questions_from")
    return msgspec.structs.replace(plan, starts_at=starts_at, ends_at=ends_at, **texts)


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


@cache
def _locale(language: str) -> babel.Locale:
    return babel.Locale(language, TERRITORIES[language])


def when(plan: Plan, language: str) -> str:
    """The time in words, at the event's own place: `Tuesday, 1 December 2026 10:00–11:30 (Europe/Stockholm)`."""
    where, locale = zone(plan.timezone), _locale(messages.choose(language))
    start, end = plan.starts_at.astimezone(where), plan.ends_at.astimezone(where)
    first = dates.format_date(start, "full", locale=locale)
    if plan.all_day:
        last = (end - timedelta(microseconds=1)).date()
        return first if last == start.date() else f"{first} – {dates.format_date(last, 'full', locale=locale)}"
    clock = dates.format_time(start, "short", tzinfo=where, locale=locale)
    if start == end:
        return f"{first} {clock} ({plan.timezone})"
    until = dates.format_time(end, "short", tzinfo=where, locale=locale)
    if end.date() == start.date():
        return f"{first} {clock}–{until} ({plan.timezone})"
    return f"{first} {clock} – {dates.format_date(end, 'full', locale=locale)} {until} ({plan.timezone})"


def words(plan: Plan, host: str | None, language: str, most: int, *, cancelled: bool = False) -> str:
    """The event as the text of a post, within its length; a long description is cut."""
    _ = messages.translator(messages.choose(language))
    lines = [_("Cancelled: {title}").format(title=plan.title) if cancelled else plan.title]
    if host is not None:
        lines.append(_("Ask @{host} anything").format(host=host))
    lines += [line for line in (when(plan, language), plan.place, plan.url) if line]
    head = "\n".join(lines)
    if len(head) > most:
        return head[: most - 1].rstrip() + "…"
    room = most - len(head) - 2
    if not plan.description or room < 20:
        return head
    text = plan.description if len(plan.description) <= room else plan.description[: room - 1].rstrip() + "…"
    return f"{head}\n\n{text}"


def standing(event: Event, answer: Answer, before: Standing | None, taken: int, at: datetime) -> Standing:
    """What an answer means when `taken` others have a place: full means the waiting list. 422 when it is too late."""
    if event.cancelled_at is not None:
        raise Invalid("Validation failed: The event is cancelled")
    if event.ends_at < at:
        raise Invalid("Validation failed: The event is over")
    if answer == "no":
        return "no"
    if event.rsvp_until is not None and event.rsvp_until < at and before not in ("yes", "maybe", "waiting"):
        raise Invalid("Validation failed: The time to answer is over")
    if answer == "yes" and before != "yes":
        late = event.rsvp_until is not None and event.rsvp_until < at
        if late and before != "waiting":
            raise Invalid("Validation failed: The time to answer is over")
        if event.capacity is not None and taken >= event.capacity:
            return "waiting"
    return answer
