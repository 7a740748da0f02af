"""Whether the house answers, in the browser: how much and how fast, and what still waits for an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from starlette.responses import Response

from torg.http import Call, Routes
from torg.insight import answers
from torg.kernel.clock import iso, now
from torg.posts import reads as posts
from torg.web.admin_office import Page, officer, shown
from torg.web.dates import lasting

routes = Routes("pages")

HERE = "/admin/answers"
SHOWN = 20


class Wanted(Page, kw_only=True):
    days: Literal[7, 30, 90] = 30


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """The figures of some days, and what was not answered, the oldest first."""
    visitor = await officer(call, params, answers.OFFICE, "public")
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.scope) as tx:
        found = await answers.said(tx, visitor.actor, now() - timedelta(days=params.days))
        waiting = [one for one in reversed(found) if one.answered_at is None]
        views = await posts.hydrate(tx, visitor.actor, [one.id for one in waiting[:SHOWN]])
        sums = answers.figures(found)
        took = "" if sums.median is None else lasting(max(60.0, sums.median), visitor.language)
        return await shown(
            visitor, tx, "answers.html", views=views, sums=sums, took=took, days=params.days, waiting=len(waiting),
            posts=views,
        )  # fmt: skip


@routes.get(HERE + ".csv", auth="none", hidden=True, tx=False)
async def exported(call: Call, params: Wanted) -> Response:
    """A line for each post to the house; seconds until the first answer, empty without one."""
    visitor = await officer(call, params, answers.OFFICE, "public")
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.scope) as tx:
        found = await answers.said(tx, visitor.actor, now() - timedelta(days=params.days))
    lines = [
        f"{one.id},{iso(one.created_at)},{iso(one.answered_at) if one.answered_at else ''},"
        f"{'' if one.seconds is None else round(one.seconds)}\r\n"
        for one in found
    ]
    headers = {
        "Content-Disposition": f'attachment; filename="answers-{params.days}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response("post,said,answered,seconds\r\n" + "".join(lines), 200, headers, "text/csv; charset=utf-8")
