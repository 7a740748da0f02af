"""Events with RSVP, and the questions of an AMA."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import UNSET, Datetime, Entity, Maybe, Url
from torg.mastodon_api.entities.status import Status

Kind = Annotated[str, Meta(pattern=r"^(event|ama)$")]
Standing = Annotated[str, Meta(pattern=r"^(yes|no|maybe|waiting)$")]


class EventCounts(Entity, kw_only=True):
    """How many answered what; `waiting` stand in line for a full event."""

    yes: int
    maybe: int
    no: int
    waiting: int


class OwnRsvp(Entity, kw_only=True):
    """The viewer's own answer."""

    answer: Standing
    mail_reminder: bool


class Event(Entity, kw_only=True):
    """The extra of an event's status. Of whole days `ends_at` is the midnight after the last. `rsvp`: null without."""

    kind: Kind
    title: str
    starts_at: Datetime
    ends_at: Datetime
    all_day: bool
    timezone: str
    place: str
    url: str
    description: str
    capacity: int | None
    rsvp_until: Datetime | None
    remind_minutes: int | None
    cancelled_at: Datetime | None
    sequence: int
    ics_url: Url
    counts: EventCounts
    rsvp: OwnRsvp | None
    host: Maybe[Account | None] = UNSET
    questions_from: Maybe[Datetime | None] = UNSET
    questions_until: Maybe[Datetime | None] = UNSET
    takes_questions: Maybe[bool] = UNSET


class EventStatus(Status, kw_only=True):
    """Status with `event`."""

    event: Event


class Rsvp(Entity, kw_only=True):
    """Somebody's answer to an event."""

    account: Account
    answer: Standing
    answered_at: Datetime


class AmaQuestion(Entity, kw_only=True):
    """What is asked at an AMA: votes are favourites of it, `answer` is the host's reply."""

    votes: int
    hidden: bool
    answer: Status | None


class AmaQuestionStatus(Status, kw_only=True):
    """Status with `ama`."""

    ama: AmaQuestion


class CalendarFeed(Entity, kw_only=True):
    """One's own calendar's secret address; `url` is told once, when it is made."""

    active: bool
    created_at: Datetime | None
    url: Url | None
