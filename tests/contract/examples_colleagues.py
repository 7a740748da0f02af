"""Examples of what colleagues use: announcements that must be seen, praise, questions, events."""

from __future__ import annotations

from msgspec import Struct

from tests.contract.examples_people import HOME, T0, T1, T2, account
from tests.contract.examples_posts import plain_status
from torg.mastodon_api.entities.torg import calendar, must_see, praise, questions

_STATUS = {name: getattr(plain_status, name) for name in plain_status.__struct_fields__}
_badge = praise.Badge(
    key="thanks",
    name="Tack",
    names={"en": "Thank you", "sv": "Tack"},
    drawing="heart",
    svg='<svg xmlns="http://www.w3.org/2000/svg"/>',
    retired=False,
)
_event = calendar.Event(
    kind="event",
    title="Fika",
    starts_at=T1,
    ends_at=T2,
    all_day=False,
    timezone="Europe/Stockholm",
    place="Köket",
    url="https://fika.example/",
    description="Kaffe och bullar",
    capacity=12,
    rsvp_until=T1,
    remind_minutes=60,
    cancelled_at=None,
    sequence=1,
    ics_url=f"{HOME}/api/torg/v1/events/117000000000000010.ics",
    counts=calendar.EventCounts(yes=3, maybe=1, no=2, waiting=0),
    rsvp=calendar.OwnRsvp(answer="yes", mail_reminder=True),
)
_ama = {name: getattr(_event, name) for name in _event.__struct_fields__} | {
    "kind": "ama",
    "cancelled_at": T2,
    "rsvp": None,
    "host": account,
    "questions_from": T0,
    "questions_until": T1,
    "takes_questions": False,
}

EXAMPLES: dict[str, Struct] = {
    "torg_must_see_status": must_see.MustSeeStatus(
        **_STATUS,
        must_see=must_see.MustSee(ends_at=T2, email=True, remind_at=None, created_at=T0, read_at=T1, mine=False),
    ),
    "torg_must_see_readers": must_see.MustSeeReaders(
        id="117000000000000010",
        total=12,
        told=12,
        mailed=11,
        reminded=4,
        read=8,
        unread=4,
        departments=[must_see.Department(name="Sälj", total=5, read=3)],
    ),
    "torg_must_see_reader": must_see.MustSeeReader(
        account=account, told_at=T0, mailed_at=None, reminded_at=None, read_at=T1
    ),
    "torg_featured_status": must_see.FeaturedStatus(**_STATUS, featured_until=T2),
    "torg_badge": _badge,
    "torg_praise_status": praise.PraiseStatus(**_STATUS, praise=praise.Praise(badge=_badge, accounts=[account])),
    "torg_praise_standing": praise.PraiseStanding(
        given=2, received=5, badges=[praise.BadgeCount(badge=_badge, count=5)]
    ),
    "torg_question_status": questions.QuestionStatus(
        **_STATUS,
        question=questions.Question(
            state="answered",
            best_answer=plain_status,
            best_answer_by="117000000000000001",
            answered_at=T1,
            closed_at=None,
            may_decide=True,
        ),
    ),
    "torg_event_status": calendar.EventStatus(**_STATUS, event=_event),
    "torg_event_ama": calendar.EventStatus(**_STATUS, event=calendar.Event(**_ama)),
    "torg_rsvp": calendar.Rsvp(account=account, answer="waiting", answered_at=T1),
    "torg_ama_question": calendar.AmaQuestionStatus(
        **_STATUS, ama=calendar.AmaQuestion(votes=7, hidden=False, answer=plain_status)
    ),
    "torg_calendar_feed": calendar.CalendarFeed(active=True, created_at=T1, url=f"{HOME}/calendar/hemligt.ics"),
}
