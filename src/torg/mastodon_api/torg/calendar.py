"""Events with RSVP and calendar files (FEATURES Y5), and hours of questions and answers (Y13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from torg.accounts import reads as accounts
from torg.calendar import actions, ical, model, reads, rules
from torg.http import Call, Paged, Reply, Routes
from torg.kernel.actor import Actor
from torg.kernel.clock import iso, now
from torg.kernel.errors import NotFound, invalid
from torg.mastodon_api import entities, render
from torg.mastodon_api.entities import UNSET
from torg.mastodon_api.entities.torg.calendar import (
    AmaQuestion,
    AmaQuestionStatus,
    CalendarFeed,
    Event,
    EventCounts,
    EventStatus,
    OwnRsvp,
    Rsvp,
)
from torg.mastodon_api.forms import ById, Nothing
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.torg.posting import PostFields, draft, extended

routes = Routes("calendar")

MOST = 40


class NewEvent(msgspec.Struct, kw_only=True):
    """Times are ISO 8601; without an offset they are local to `timezone` (an IANA name). `ends_at`: else an hour later.

    `kind` `ama`: questions to `host_id` (else to you) between `questions_from` and `questions_until`.
    """

    title: str = ""
    starts_at: str = ""
    ends_at: str | None = None
    timezone: str = "UTC"
    all_day: bool = False
    kind: model.Kind = "event"
    host_id: int | None = None
    place: str = ""
    url: str = ""
    description: str = ""
    capacity: int | None = None
    rsvp_until: str | None = None
    remind_minutes: int | None = 60
    questions_from: str | None = None
    questions_until: str | None = None
    group_id: int | None = None


class ChangeEvent(msgspec.Struct, kw_only=True):
    """What is left out stays; `capacity` and `remind_minutes` 0 mean none."""

    id: int
    title: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    timezone: str | None = None
    all_day: bool | None = None
    host_id: int | None = None
    place: str | None = None
    url: str | None = None
    description: str | None = None
    capacity: int | None = None
    rsvp_until: str | None = None
    remind_minutes: int | None = None
    questions_from: str | None = None
    questions_until: str | None = None


class Listed(msgspec.Struct, kw_only=True):
    """Events that are not over by `after` (else now) and begin before `before`; `mine`: made, hosted or answered."""

    after: datetime | None = None
    before: datetime | None = None
    mine: bool = False
    group_id: int | None = None
    kind: model.Kind | None = None
    limit: int = 20
    offset: int = 0


class Answered(msgspec.Struct, kw_only=True):
    """`mail_reminder`: a letter before it begins, too."""

    id: int
    answer: model.Answer
    mail_reminder: bool = False


class Who(msgspec.Struct, kw_only=True):
    id: int
    answer: model.Standing | None = None
    limit: int = 40
    offset: int = 0


class Asked(msgspec.Struct, kw_only=True):
    """`hidden`: those put away, too, for who may do so."""

    id: int
    sort: model.Sort = "votes"
    unanswered: bool = False
    hidden: bool = False
    limit: int = 20
    offset: int = 0


class NewAmaQuestion(PostFields, kw_only=True):
    id: int


class OneQuestion(msgspec.Struct, kw_only=True):
    id: int
    question_id: int


class Secret(msgspec.Struct, kw_only=True):
    secret: str


@routes.post("/api/torg/v1/events", scope="write:statuses")
async def create(call: Call, form: NewEvent) -> EventStatus:
    """Plan an event: a post that tells of it, with an answer from everybody who reads it. Events do not recur."""
    where = rules.zone(form.timezone)
    if not form.starts_at.strip():
        raise invalid("starts_at", "ERR_BLANK", "can't be blank")
    starts_at = rules.moment("starts_at", form.starts_at, where)
    ends_at = rules.moment("ends_at", form.ends_at, where) if form.ends_at else rules.usual_end(starts_at, form.all_day)
    plan = model.Plan(
        title=form.title,
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=form.timezone,
        all_day=form.all_day,
        kind=form.kind,
        host_id=form.host_id,
        place=form.place,
        url=form.url,
        description=form.description,
        capacity=form.capacity,
        remind_minutes=form.remind_minutes or None,
        **{
            name: rules.moment(name, value, where)
            for name in ("rsvp_until", "questions_from", "questions_until")
            if (value := getattr(form, name))
        },
    )
    wanted = await draft(call, PostFields(group_id=form.group_id))
    id_ = await actions.create(call.tx, call.actor, call.network, wanted, plan, origin=call.origin)
    await call.done()
    return await _one(call, id_)


@routes.get("/api/torg/v1/events", scope="read:statuses")
async def index(call: Call, params: Listed) -> Paged[EventStatus]:
    """Events, the earliest first; pages by `offset`."""
    limit, offset = _bounds(params.limit, params.offset, MOST)
    wanted = model.Wanted(
        after=params.after or now(), before=params.before, mine=params.mine, group_id=params.group_id,
        kind=params.kind, limit=limit, offset=offset,
    )  # fmt: skip
    found = await reads.page(call.tx, call.actor, wanted)
    return _by_offset(await _statuses(call, found), len(found), limit, offset)


@routes.get("/api/torg/v1/events/{id}", scope="read:statuses")
async def show(call: Call, params: ById) -> EventStatus:
    """One event with how many come and my own answer."""
    return await _one(call, params.id)


@routes.put("/api/torg/v1/events/{id}", scope="write:statuses")
async def update(call: Call, form: ChangeEvent) -> EventStatus:
    """Change one's own event: its post is edited, and those who come get a notification of type `update`."""
    event = (await reads.one(call.tx, call.actor, form.id)).event
    where = rules.zone(form.timezone or event.timezone)
    changes: dict[str, Any] = {}
    for name in ("title", "timezone", "all_day", "host_id", "place", "url", "description"):
        if (value := getattr(form, name)) is not None:
            changes[name] = value
    for name in ("starts_at", "ends_at", "rsvp_until", "questions_from", "questions_until"):
        if value := getattr(form, name):
            changes[name] = rules.moment(name, value, where)
    for name in ("capacity", "remind_minutes"):
        if (value := getattr(form, name)) is not None:
            changes[name] = value or None
    if "starts_at" in changes and "ends_at" not in changes:
        changes["ends_at"] = changes["starts_at"] + (event.ends_at - event.starts_at)
    await actions.change(call.tx, call.actor, call.network, form.id, changes, origin=call.origin)
    await call.done()
    return await _one(call, form.id)


@routes.post("/api/torg/v1/events/{id}/cancel", scope="write:statuses")
async def cancel(call: Call, params: ById) -> EventStatus:
    """Call it off; it stays to be read, and those who come are told. Deleting the status takes it away altogether."""
    await actions.cancel(call.tx, call.actor, call.network, params.id, origin=call.origin)
    await call.done()
    return await _one(call, params.id)


@routes.put("/api/torg/v1/events/{id}/rsvp", scope="write:statuses")
async def rsvp(call: Call, form: Answered) -> EventStatus:
    """Say whether I come. `yes` to a full event is `waiting`: I move up by myself when a place is given back."""
    await actions.answer(call.tx, call.actor, form.id, form.answer, mail_reminder=form.mail_reminder)
    await call.done()
    return await _one(call, form.id)


@routes.get("/api/torg/v1/events/{id}/rsvps", scope="read:statuses")
async def rsvps(call: Call, params: Who) -> Paged[Rsvp]:
    """Who answered what, in the order of the answers; pages by `offset`."""
    limit, offset = _bounds(params.limit, params.offset, 80)
    found = await reads.rsvps(call.tx, call.actor, params.id, params.answer, limit, offset)
    people = await accounts.by_ids(call.tx, [one.account_id for one in found])
    here = [one for one in found if one.account_id in people and people[one.account_id].visible]
    shown = await present_accounts.accounts(call.tx, call.actor, call.origin, [people[r.account_id] for r in here])
    rows = [
        Rsvp(account=account, answer=one.answer, answered_at=iso(one.answered_at))
        for one, account in zip(here, shown, strict=True)
    ]
    return _by_offset(rows, len(found), limit, offset)


@routes.get("/api/torg/v1/events/{id}.ics", scope="read:statuses")
async def file(call: Call, params: ById) -> Reply[bytes]:
    """The event as a calendar file (RFC 5545)."""
    event = (await reads.one(call.tx, call.actor, params.id)).event
    creator = (await accounts.by_ids(call.tx, [event.creator_id])).get(event.creator_id)
    body = ical.calendar([(event, creator)], call.network.host, call.origin)
    headers = {"Content-Disposition": f'attachment; filename="event-{event.id}.ics"', "Cache-Control": "no-store"}
    return Reply(body, headers=headers, media_type=ical.MEDIA_TYPE)


@routes.get("/api/torg/v1/events/{id}/questions", scope="read:statuses")
async def questions(call: Call, params: Asked) -> Paged[AmaQuestionStatus]:
    """What is asked at an AMA, by votes (favourites) or the newest first; pages by `offset`."""
    limit, offset = _bounds(params.limit, params.offset, MOST)
    found = await reads.questions(
        call.tx, call.actor, params.id, sort=params.sort, unanswered=params.unanswered, hidden=params.hidden,
        limit=limit, offset=offset,
    )  # fmt: skip
    return _by_offset(await _questions(call, found), len(found), limit, offset)


@routes.post("/api/torg/v1/events/{id}/questions", scope="write:statuses")
async def ask(call: Call, form: NewAmaQuestion) -> entities.Status:
    """Ask at an AMA while it takes questions: a reply to its post."""
    wanted = await draft(call, form)
    id_ = await actions.ask(call.tx, call.actor, call.network, form.id, wanted, origin=call.origin)
    await call.done()
    return await render.one(call, id_)


@routes.put("/api/torg/v1/events/{id}/questions/{question_id}/hidden", scope="write:statuses")
async def hide(call: Call, params: OneQuestion) -> entities.Empty:
    """Leave a question out of the list: for whoever made the event, the group's staff and moderators."""
    await actions.hide(call.tx, call.actor, params.id, params.question_id, hidden=True)
    return entities.Empty()


@routes.delete("/api/torg/v1/events/{id}/questions/{question_id}/hidden", scope="write:statuses")
async def unhide(call: Call, params: OneQuestion) -> entities.Empty:
    """Bring it back."""
    await actions.hide(call.tx, call.actor, params.id, params.question_id, hidden=False)
    return entities.Empty()


@routes.get("/api/torg/v1/calendar_feed", scope="read:accounts")
async def feed(call: Call, params: Nothing) -> CalendarFeed:
    """Whether my calendar has a secret address; the address itself was told when it was made."""
    since = await reads.feed_since(call.tx, call.actor)
    return CalendarFeed(active=since is not None, created_at=iso(since) if since else None, url=None)


@routes.post("/api/torg/v1/calendar_feed", scope="write:accounts")
async def new_feed(call: Call, params: Nothing) -> CalendarFeed:
    """A new secret address of my calendar, for calendar programs; one before is good no more."""
    secret = await actions.open_feed(call.tx, call.actor)
    return CalendarFeed(active=True, created_at=iso(now()), url=f"{call.origin}/calendar/{secret}.ics")


@routes.delete("/api/torg/v1/calendar_feed", scope="write:accounts")
async def no_feed(call: Call, params: Nothing) -> entities.Empty:
    """My calendar has no secret address any more."""
    await actions.close_feed(call.tx, call.actor)
    return entities.Empty()


@routes.get("/calendar/{secret}.ics", auth="none", hidden=True)
async def read_feed(call: Call, params: Secret) -> Reply[bytes]:
    """One's own events for a calendar program, which logs in with nothing but the address, where one may log in."""
    owner = await reads.feed_owner(call.tx, params.secret)
    await call.services.gate.address(call.network, call.client_ip, owner.id, owner.role_id)
    await call.tx.seen_by(owner.id, guest=owner.guest)
    actor = Actor(
        org_id=owner.org_id,
        network_id=owner.network_id,
        network_kind=call.network.kind,
        account_id=owner.id,
        guest=owner.guest,
    )
    events = await reads.own_events(call.tx, actor)
    makers = await accounts.by_ids(call.tx, {event.creator_id for event in events})
    body = ical.calendar(
        [(event, makers.get(event.creator_id)) for event in events],
        call.network.host,
        call.origin,
        name=call.network.name,
    )
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    return Reply(body, headers=headers, media_type=ical.MEDIA_TYPE)


def _bounds(limit: int, offset: int, most: int) -> tuple[int, int]:
    return min(limit if limit > 0 else 20, most), min(max(offset, 0), 1_000_000)


def _by_offset(items: Sequence[Any], found: int, limit: int, offset: int) -> Paged:
    """A page whose links go by `offset`."""
    following = {"offset": offset + limit} if found == limit else {}
    before = {"offset": max(0, offset - limit)} if offset else {}
    return Paged(items, next_query=following, prev_query=before)


async def _one(call: Call, id_: int) -> EventStatus:
    shown = await _statuses(call, [await reads.one(call.tx, call.actor, id_)])
    if not shown:
        raise NotFound
    return shown[0]


async def _statuses(call: Call, found: Sequence[model.EventView]) -> list[EventStatus]:
    hosts = await accounts.by_ids(call.tx, {v.event.host_id for v in found if v.event.host_id is not None})
    here = [account for account in hosts.values() if account.visible]
    shown = await present_accounts.accounts(call.tx, call.actor, call.origin, here)
    host_of = {account.id: entity for account, entity in zip(here, shown, strict=True)}
    extras = {str(view.event.id): _extra(call, view, host_of) for view in found}
    statuses = await render.ids(call, [view.event.id for view in found])
    return [extended(EventStatus, status, event=extras[status.id]) for status in statuses]


def _extra(call: Call, view: model.EventView, host_of: dict[int, entities.Account]) -> Event:
    event, ama = view.event, view.event.kind == "ama"
    return Event(
        kind=event.kind,
        title=event.title,
        starts_at=iso(event.starts_at),
        ends_at=iso(event.ends_at),
        all_day=event.all_day,
        timezone=event.timezone,
        place=event.place,
        url=event.url,
        description=event.description,
        capacity=event.capacity,
        rsvp_until=_iso(event.rsvp_until),
        remind_minutes=event.remind_minutes,
        cancelled_at=_iso(event.cancelled_at),
        sequence=event.sequence,
        ics_url=f"{call.origin}/api/torg/v1/events/{event.id}.ics",
        counts=EventCounts(**msgspec.structs.asdict(view.counts)),
        rsvp=OwnRsvp(answer=view.mine.answer, mail_reminder=view.mine.mail_reminder) if view.mine else None,
        host=host_of.get(event.host_id or 0) if ama else UNSET,
        questions_from=_iso(event.questions_from) if ama else UNSET,
        questions_until=_iso(event.questions_until) if ama else UNSET,
        takes_questions=event.takes_questions(now()) if ama else UNSET,
    )


async def _questions(call: Call, found: Sequence[model.AmaQuestion]) -> list[AmaQuestionStatus]:
    wanted = [one.id for one in found] + [one.answer_id for one in found if one.answer_id is not None]
    statuses = {status.id: status for status in await render.ids(call, wanted)}
    return [
        extended(
            AmaQuestionStatus,
            statuses[str(one.id)],
            ama=AmaQuestion(votes=one.votes, hidden=one.hidden, answer=statuses.get(str(one.answer_id))),
        )
        for one in found
        if str(one.id) in statuses
    ]


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
