"""Pages of events: what is coming, one event with the form to answer it, and its calendar file."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.calendar import actions, ical, reads, rules
from torg.calendar.model import Answer, Wanted
from torg.http import Call, Routes
from torg.kernel.clock import now
from torg.kernel.errors import Invalid
from torg.posts import reads as posts
from torg.web.answer import answer
from torg.web.colleagues import member, sender
from torg.web.event_forms import may_cancel
from torg.web.forms import Look
from torg.web.present import Present, presenting
from torg.web.visitor import Visitor

routes = Routes("pages")

EVENTS = 20
NAMED = 60


class Turned(Look, kw_only=True):
    """`offset`: events further on."""

    offset: int = 0


class One(Look, kw_only=True):
    id: int


class Answered(One, kw_only=True):
    csrf: str | None = None
    answer: Answer
    mail_reminder: bool = False


@routes.get("/calendar", auth="none", hidden=True)
async def index(call: Call, params: Turned) -> Response:
    """What is coming that the member may read, the earliest first."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    offset = min(max(params.offset, 0), 100_000)
    found = await reads.page(call.tx, visitor.actor, Wanted(after=now(), limit=EVENTS, offset=offset))
    shown = [(view, rules.when(view.event, visitor.language)) for view in found]
    following = offset + EVENTS if len(found) == EVENTS else None
    return answer(visitor, "colleagues/calendar.html", Present(visitor), shown=shown, following=following)


@routes.get("/events/{id}", auth="none", hidden=True)
async def show(call: Call, params: One) -> Response:
    """One event: when, where, who comes, and one's own answer."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _event(visitor, params.id)


@routes.post("/events/{id}/rsvp", auth="none", hidden=True)
async def rsvp(call: Call, form: Answered) -> Response:
    """The member's answer, and the event again."""
    visitor = await sender(call, form.lang, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        await actions.answer(call.tx, visitor.actor, form.id, form.answer, mail_reminder=form.mail_reminder)
    except Invalid:  # over, cancelled or too late: its rules come before its first row, and the page tells which
        return await _event(visitor, form.id, late=True)
    return RedirectResponse(f"/events/{form.id}", 303, {"Cache-Control": "no-store"})


@routes.get("/events/{id}.ics", auth="none", hidden=True)
async def file(call: Call, params: One) -> Response:
    """The event for a calendar program."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    event = (await reads.one(call.tx, visitor.actor, params.id)).event
    creator = (await accounts.by_ids(call.tx, [event.creator_id])).get(event.creator_id)
    headers = {"Content-Disposition": f'attachment; filename="event-{event.id}.ics"', "Cache-Control": "no-store"}
    return Response(
        ical.calendar([(event, creator)], call.network.host, call.origin), headers=headers, media_type="text/calendar"
    )


async def _event(visitor: Visitor, id_: int, *, late: bool = False) -> Response:
    tx = visitor.call.tx
    view = await reads.one(tx, visitor.actor, id_)
    post = await posts.view(tx, visitor.actor, id_)
    coming = await reads.rsvps(tx, visitor.actor, id_, "yes", NAMED, 0)
    people = await accounts.by_ids(tx, [one.account_id for one in coming])
    named: list[Account] = [people[r.account_id] for r in coming if r.account_id in people]
    at = await presenting(tx, visitor, [post], *named)
    return answer(
        visitor,
        "colleagues/event.html",
        at,
        status=422 if late else 200,
        view=view,
        post=post,
        when=rules.when(view.event, visitor.language),
        coming=[account for account in named if account.visible],
        over=view.event.ends_at < now(),
        late=late,
        cancels=await may_cancel(visitor, view.event, post.post),
    )
