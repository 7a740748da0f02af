"""Administration, first page: what waits, the network's numbers, and how it has been over time."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from starlette.responses import Response

from torg.administration import house
from torg.delivery import office
from torg.engine import backlog
from torg.engine.postgres import Tx
from torg.events import actions as event_pages
from torg.events import reads as events
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import now
from torg.kernel.page import Page
from torg.moderation import measures, reads, reports
from torg.moderation.model import Search
from torg.orgs import about
from torg.responses import reads as responses
from torg.text.messages import marked as _
from torg.web import chart
from torg.web.admin_health import RUNGS
from torg.web.admin_office import ANY, LOOK, officer, shown
from torg.web.forms import Look
from torg.web.visitor import Visitor

routes = Routes("pages")

DAYS = 60
FEW = 3
"""Members up to which a network counts as new."""
COUNTED = 100
"""What waits is counted as far as this."""


class Waiting(msgspec.Struct, frozen=True):
    """Something that somebody should look at. `more`: there are more than were counted."""

    path: str
    name: str
    count: int
    more: bool = False


@routes.get("/admin", auth="none", hidden=True, tx=False)
async def overview(call: Call, params: Look) -> Response:
    visitor = await officer(call, params, ANY)
    if isinstance(visitor, Response):
        return visitor
    actor = visitor.actor
    async with call.db.tx(actor.whole) as tx:
        waiting = [one for one in await _waiting(visitor, tx) if one.count]
        days = await _days(tx) if actor.may(Permission.VIEW_DASHBOARD) else []
        queues = await backlog.queues(tx) if actor.may(LOOK) else []
        lag = await backlog.lag(tx) if actor.may(LOOK) else None
        failed = await backlog.failed_count(tx) if actor.may(LOOK) else backlog.FailedCount()
        return await shown(
            visitor, tx, "home.html", waiting=waiting, queues=queues, lag=lag, failed=failed,
            shed=RUNGS[visitor.call.services.surge.rung],
            numbers=await about.numbers(tx) if days else None, steps=await _steps(visitor, tx),
            posts=chart.per_day([(day, posts) for day, posts, _new in days]),
            people=chart.per_day([(day, new) for day, _posts, new in days]),
        )  # fmt: skip


@routes.get("/admin/days.csv", auth="none", hidden=True, tx=False)
async def days_csv(call: Call, params: Look) -> Response:
    """The numbers that are drawn."""
    visitor = await officer(call, params, Permission.VIEW_DASHBOARD)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        rows = await _days(tx)
    text = "day,posts,sign_ups\r\n" + "".join(f"{day.isoformat()},{posts},{new}\r\n" for day, posts, new in rows)
    return Response(text, 200, {"Cache-Control": "private, no-store"}, "text/csv; charset=utf-8")


async def _steps(visitor: Visitor, tx: Tx) -> list[tuple[str, str]]:
    """(path, words) of what a new network still lacks, for who may settle it; none once people have come."""
    actor, settings = visitor.actor, visitor.call.network.settings
    if not actor.may(Permission.MANAGE_SETTINGS) or (await about.numbers(tx)).users > FEW:
        return []
    wanted = (
        ((await visitor.call.services.mail.way()).target is None, "/admin/mail",
         _("Name a mail server: without one no letter is sent")),
        (not settings.short_description, "/admin/settings#about", _("Say in one sentence what the network is for")),
        (not await house.listed(tx, actor) if actor.may(Permission.MANAGE_RULES) else False,
         "/admin/rules", _("Write the rules of the house")),
        (actor.may(Permission.INVITE_USERS), "/admin/invitations", _("Invite the first people")),
    )  # fmt: skip
    return [(path, words) for there, path, words in wanted if there]


async def _days(tx: Tx) -> list[chart.TwoOfDay]:
    """(day, posts, sign-ups) of the last days, today's as far as it has come."""
    last = now().date()
    first = last - timedelta(days=DAYS - 1)
    new = await measures.measure(tx, "new_users", first, last, {})
    posted = dict(await measures.posted(tx, first, last))
    return [(day, posted.get(day, 0), people) for day, people in new.days]


async def _waiting(visitor: Visitor, tx: Tx) -> list[Waiting]:
    actor, most = visitor.actor, Page(limit=COUNTED)
    found = []
    if actor.may(Permission.MANAGE_REPORTS):
        count = len(await reports.listed(tx, most))
        found.append(Waiting("/admin/reports", _("Open reports"), count, count == COUNTED))
        if visitor.call.network.is_public:
            count = await responses.pending(tx, actor)
            found.append(Waiting("/responses", _("Responses from the web"), count, count == COUNTED))
    if actor.may(Permission.MANAGE_USERS):
        count = len(await reads.search(tx, Search(origin="local", statuses=["pending"]), most))
        found.append(Waiting("/admin/members?status=pending", _("Sign-ups to be let in"), count, count == COUNTED))
    if actor.may(office.OFFICE):
        count = sum(host.dead for host in await office.hosts(tx, actor))
        found.append(Waiting("/admin/federation/deliveries", _("Deliveries that were given up"), count))
    if actor.may(LOOK):
        dead = sum(queue.dead for queue in await backlog.queues(tx))
        found.append(Waiting("/admin/queues#jobs", _("Jobs that failed"), dead))
        given_up = (await backlog.failed_count(tx)).given_up
        found.append(Waiting("/admin/queues#events", _("Events that failed"), given_up))
    if event_pages.may_direct(actor):
        for page in await events.listed(tx):
            if page.moderated:
                count = len(await events.waiting(tx, page, COUNTED))
                found.append(Waiting(f"/live/{page.slug}/direct", page.title, count, count == COUNTED))
    return found
