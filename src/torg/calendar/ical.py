"""Events as calendar files (RFC 5545), written by the icalendar library: docs/decisions/0006-icalendar.md.

Times are UTC, whole days are dates, so no VTIMEZONE is needed. The UID stays, SEQUENCE counts the changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from torg import __version__
from torg.accounts.model import Account
from torg.calendar.model import Event
from torg.calendar.rules import zone
from torg.kernel.later import Later

if TYPE_CHECKING:
    import icalendar
else:
    icalendar = Later("icalendar")

MEDIA_TYPE = "text/calendar; charset=utf-8"


def uid(event: Event, host: str) -> str:
    """The same for ever, here and nowhere else."""
    return f"event-{event.id}@{host.partition(':')[0]}"


def calendar(
    events: Sequence[tuple[Event, Account | None]], host: str, origin: str, *, name: str | None = None
) -> bytes:
    """A calendar of these events, each with who made it. A single cancelled event is a cancellation (RFC 5546)."""
    made = icalendar.Calendar()
    made.add("prodid", f"-//Torg//Torg {__version__}//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    cancelled = len(events) == 1 and name is None and events[0][0].cancelled_at is not None
    made.add("method", "CANCEL" if cancelled else "PUBLISH")
    if name is not None:
        made.add("x-wr-calname", name)
        made.add("refresh-interval", icalendar.vDuration(timedelta(hours=1)), parameters={"VALUE": "DURATION"})
    for event, creator in events:
        made.add_component(_component(event, creator, host, origin))
    return bytes(made.to_ical())


def _component(event: Event, creator: Account | None, host: str, origin: str) -> icalendar.Event:
    made = icalendar.Event()
    made.add("uid", uid(event, host))
    made.add("dtstamp", event.updated_at.astimezone(UTC))
    made.add("created", event.created_at.astimezone(UTC))
    made.add("last-modified", event.updated_at.astimezone(UTC))
    made.add("sequence", event.sequence)
    made.add("summary", event.title)
    if event.all_day:
        where = zone(event.timezone)
        made.add("dtstart", event.starts_at.astimezone(where).date())
        made.add("dtend", event.ends_at.astimezone(where).date())
    else:
        made.add("dtstart", event.starts_at.astimezone(UTC))
        made.add("dtend", event.ends_at.astimezone(UTC))
    if event.place:
        made.add("location", event.place)
    if event.description:
        made.add("description", event.description)
    made.add("url", event.url or f"{origin}/events/{event.id}")
    made.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    if creator is not None:
        organizer = icalendar.vCalAddress(creator.url or f"{origin}/@{creator.acct}")
        organizer.params["CN"] = icalendar.vText(" ".join((creator.display_name or creator.handle).split()))
        made["organizer"] = organizer
    return made
