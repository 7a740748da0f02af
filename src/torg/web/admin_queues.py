"""Work in the background in the browser: what waits, what failed and why; tried again or dropped, one or all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal
from urllib.parse import urlencode

from starlette.responses import Response

from torg.engine import backlog
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import NotFound
from torg.moderation import log
from torg.web.admin_office import LOOK, Page, Pressed, commander, opened, shown
from torg.web.admin_work import effect_purpose, last_line, purpose
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/admin/queues"
SHOWN = 100
Verb = Literal["retry", "drop"]


class Wanted(Page, kw_only=True):
    """`again`: so many were let start anew, of `kind` or, without one, effects of events: how far that has come."""

    kind: str = ""
    again: int = 0


class OfKind(Pressed, kw_only=True):
    """`id`: only this job."""

    kind: str
    verb: Verb
    id: int | None = None


class OfEvents(Pressed, kw_only=True):
    """`id` and `effect`: only what this event should have set off."""

    verb: Verb
    id: int | None = None
    effect: str | None = None


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """Every kind of job with its numbers, and what was given up, the latest first."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        queues = await backlog.queues(tx)
        count = await backlog.failed_count(tx)
        left = (
            sum(one.waiting + one.running for one in queues if one.kind == params.kind) if params.kind else count.trying
        )
        return await shown(
            visitor, tx, "queues.html", done=params.done, queues=queues, count=count, lag=await backlog.lag(tx),
            jobs=await backlog.dead_jobs(tx, limit=SHOWN), events=await backlog.failed_events(tx, limit=SHOWN),
            wanted=params, left=min(left, params.again), purpose=purpose, effect_purpose=effect_purpose,
            last_line=last_line,
        )  # fmt: skip

    return await opened(call, params, LOOK, page)


@routes.post(HERE + "/{kind}/{verb}", auth="none", hidden=True, tx=False)
async def queue(call: Call, form: OfKind) -> Response:
    """What was given up of one kind; 404 if there is nothing."""
    act = backlog.retry_jobs if form.verb == "retry" else backlog.drop_jobs
    named: dict[str, object] = {"kind": form.kind} if form.id is None else {"kind": form.kind, "id": form.id}
    return await _acted(call, form, "jobs", named, lambda tx: act(tx, form.kind, form.id))


@routes.post("/admin/events/{verb}", auth="none", hidden=True, tx=False)
async def events(call: Call, form: OfEvents) -> Response:
    """What events should have set off and was given up; 404 if there is nothing."""
    act = backlog.retry_events if form.verb == "retry" else backlog.drop_events
    named = {} if form.id is None else {"id": form.id, "effect": form.effect}
    return await _acted(call, form, "events", named, lambda tx: act(tx, form.id, form.effect))


async def _acted(
    call: Call, form: OfKind | OfEvents, what: str, named: Mapping[str, object], act: Callable[[Tx], Awaitable[int]]
) -> Response:
    visitor = await commander(call, form, Permission.DEVOPS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        count = await act(tx)
        if not count:
            raise NotFound
        await log.record(tx, visitor.actor, f"{form.verb}_{what}", "queue", None, **named, count=count)
    if form.verb == "drop":
        return onward(f"{HERE}?done=1")
    kind = form.kind if isinstance(form, OfKind) else ""
    return onward(f"{HERE}?{urlencode({'done': 1, 'kind': kind, 'again': count})}")
