"""Planning an event, changing it and calling it off, with plain forms; times are local to the event."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from torg.calendar import actions, reads, rules
from torg.calendar.model import Event, Plan
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Forbidden, Invalid, invalid
from torg.posts import groups
from torg.posts.model import Post
from torg.web.answer import answer
from torg.web.colleagues import member
from torg.web.forms import Look
from torg.web.inside_forms import Words, mistakes, places
from torg.web.member import onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor

routes = Routes("pages")

LOCAL = "%Y-%m-%dT%H:%M"


class Planned(Words, kw_only=True):
    """`text` is the description. Empty fields: no end (an hour), no limit, no last day, no reminder."""

    title: str = ""
    starts_at: str = ""
    ends_at: str = ""
    timezone: str = "UTC"
    all_day: bool = False
    place: str = ""
    url: str = ""
    capacity: int | None = None
    rsvp_until: str = ""
    remind_minutes: int | None = None

    def plan(self) -> dict[str, Any]:
        """The parts of a Plan that the form has; Invalid for what is no time or zone."""
        where = rules.zone(self.timezone)
        if not self.starts_at.strip():
            raise invalid("starts_at", "ERR_BLANK", "can't be blank")
        starts_at = rules.moment("starts_at", self.starts_at, where)
        ends_at = rules.moment("ends_at", self.ends_at, where) if self.ends_at.strip() else None
        return {
            "title": self.title,
            "starts_at": starts_at,
            "ends_at": ends_at or rules.usual_end(starts_at, self.all_day),
            "timezone": self.timezone,
            "all_day": self.all_day,
            "place": self.place,
            "url": self.url,
            "description": self.text,
            "capacity": self.capacity,
            "rsvp_until": rules.moment("rsvp_until", self.rsvp_until, where) if self.rsvp_until.strip() else None,
            "remind_minutes": self.remind_minutes or None,
        }


class One(Look, kw_only=True):
    id: int


class Changed(Planned, kw_only=True):
    id: int


class Pressed(One, kw_only=True):
    csrf: str | None = None


@routes.get("/events/new", auth="none", hidden=True)
async def new(call: Call, params: Look) -> Response:
    """The form to plan an event with."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    zone = call.network.settings.time_zone
    return await _form(visitor, Planned(once=secrets.token_urlsafe(12), timezone=zone, remind_minutes=60))


@routes.post("/events/new", auth="none", limit="compose", hidden=True)
async def create(call: Call, form: Planned) -> Response:
    """Plan it, and on to its page."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        plan = Plan(**form.plan())
        async with call.tx.savepoint():
            id_ = await actions.create(
                call.tx, visitor.actor, call.network, form.draft(visitor), plan, origin=call.origin
            )
    except Invalid as wrong:
        return await _form(visitor, form, wrong)
    return onward(f"/events/{id_}")


@routes.get("/events/{id}/edit", auth="none", hidden=True)
async def edit(call: Call, params: One) -> Response:
    """The form with one's own event in it; nobody else's."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    event = await _own(visitor, params.id)
    return await _form(visitor, _filled(event), event=event)


@routes.post("/events/{id}/edit", auth="none", limit="compose", hidden=True)
async def change(call: Call, form: Changed) -> Response:
    """Change it; those who come are told."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    event = await _own(visitor, form.id)
    try:
        changes = form.plan()
        async with call.tx.savepoint():
            await actions.change(call.tx, visitor.actor, call.network, form.id, changes, origin=call.origin)
    except Invalid as wrong:
        return await _form(visitor, form, wrong, event=event)
    return onward(f"/events/{form.id}")


@routes.post("/events/{id}/cancel", auth="none", hidden=True)
async def cancel(call: Call, form: Pressed) -> Response:
    """Call it off; it stays to be read."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.cancel(call.tx, visitor.actor, call.network, form.id, origin=call.origin)
    return onward(f"/events/{form.id}")


async def may_cancel(visitor: Visitor, event: Event, post: Post) -> bool:
    """Whoever made it, a moderator, the group's staff: as the action has it."""
    actor = visitor.actor
    if event.creator_id == actor.account_id or actor.may(Permission.MANAGE_REPORTS):
        return True
    if post.group_id is None:
        return False
    place = (await groups.by_ids(visitor.call.tx, actor.me, [post.group_id])).get(post.group_id)
    return place is not None and place.staff


async def _own(visitor: Visitor, id_: int) -> Event:
    event = (await reads.one(visitor.call.tx, visitor.actor, id_)).event
    if event.creator_id != visitor.actor.account_id:
        raise Forbidden
    return event


def _filled(event: Event) -> Planned:
    """The form as the event is now; of whole days the last one, not the midnight after it."""
    where = ZoneInfo(event.timezone)
    ends_at = event.ends_at - timedelta(minutes=1) if event.all_day else event.ends_at
    return Planned(
        title=event.title,
        text=event.description,
        starts_at=event.starts_at.astimezone(where).strftime(LOCAL),
        ends_at=ends_at.astimezone(where).strftime(LOCAL),
        timezone=event.timezone,
        all_day=event.all_day,
        place=event.place,
        url=event.url,
        capacity=event.capacity,
        rsvp_until=event.rsvp_until.astimezone(where).strftime(LOCAL) if event.rsvp_until else "",
        remind_minutes=event.remind_minutes,
    )


async def _form(
    visitor: Visitor, form: Planned, wrong: Invalid | None = None, *, event: Event | None = None
) -> Response:
    tx = visitor.call.tx
    return answer(
        visitor,
        "colleagues/event_form.html",
        await presenting(tx, visitor, []),
        status=422 if wrong else 200,
        form=form,
        once=form.once,
        event=event,
        places=[] if event else await places(tx, visitor),
        wrong=wrong,
        mistakes=mistakes(wrong),
    )
