"""Nouns: the event, the plan of it, who comes, and the questions of an AMA."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal["event", "ama"]
Answer = Literal["yes", "no", "maybe"]
Standing = Literal["yes", "no", "maybe", "waiting"]
Sort = Literal["votes", "newest"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody plans. Whole days: from midnight to midnight of `timezone` (an IANA name), the end exclusive."""

    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool = False
    kind: Kind = "event"
    host_id: int | None = None
    place: str = ""
    url: str = ""
    description: str = ""
    capacity: int | None = None
    rsvp_until: datetime | None = None
    remind_minutes: int | None = None
    questions_from: datetime | None = None
    questions_until: datetime | None = None


class Event(Plan, frozen=True, kw_only=True):
    """The extra of a post with the same id. `sequence` counts its changes."""

    id: int
    creator_id: int
    sequence: int
    cancelled_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def plan(self) -> Plan:
        return Plan(**{name: getattr(self, name) for name in Plan.__struct_fields__})

    def takes_questions(self, at: datetime) -> bool:
        """Whether an AMA is open to questions at this time."""
        began = self.questions_from is None or self.questions_from <= at
        over = self.questions_until is not None and self.questions_until <= at
        return self.kind == "ama" and self.cancelled_at is None and began and not over


class Rsvp(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's answer. `id` is the place in the waiting list."""

    id: int
    event_id: int
    account_id: int
    answer: Standing
    mail_reminder: bool
    answered_at: datetime


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    yes: int = 0
    maybe: int = 0
    no: int = 0
    waiting: int = 0


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """An event with how many come and what the viewer answered."""

    event: Event
    counts: Counts
    mine: Rsvp | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: those that end after one time and start before another, mine (answered or made), of a group."""

    after: datetime | None = None
    before: datetime | None = None
    mine: bool = False
    group_id: int | None = None
    kind: Kind | None = None
    limit: int = 20
    offset: int = 0


class AmaQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A reply to an AMA's post: its votes are favourites, `answer_id` the host's first reply to it."""

    id: int
    votes: int
    answer_id: int | None
    hidden: bool
