"""Who comes back, in the browser: of those who joined in a month or a day, how many were here later."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import now
from torg.moderation import retention
from torg.moderation.retention import Cohort, Frequency
from torg.web import dates
from torg.web.admin_office import Page, opened, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.VIEW_DASHBOARD
HERE = "/admin/staying"
DAYS = 14
MONTHS = 12


class Wanted(Page, kw_only=True):
    by: Frequency = "month"


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """A row for each month or day in which somebody joined."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        found = [one for one in await _found(tx, params.by) if one.periods and one.periods[0][2]]
        named = {one.period: _said(one.period, params.by, visitor.language) for one in found}
        longest = max((len(one.periods) for one in found), default=0)
        return await shown(visitor, tx, "staying.html", found=found, by=params.by, named=named, longest=longest)

    return await opened(call, params, OFFICE, page)


@routes.get(HERE + ".csv", auth="none", hidden=True, tx=False)
async def exported(call: Call, params: Wanted) -> Response:
    """The same as a table for a spreadsheet."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        rows = [
            f"{one.period.isoformat()},{later.isoformat()},{count},{share:.4f}\r\n"
            for one in await _found(tx, params.by)
            for later, share, count in one.periods
        ]
        headers = {
            "Content-Disposition": f'attachment; filename="staying-{params.by}.csv"',
            "Cache-Control": "private, no-store",
        }
        return Response("joined,seen,members,share\r\n" + "".join(rows), 200, headers, "text/csv; charset=utf-8")

    return await opened(call, params, OFFICE, page)


async def _found(tx: Tx, by: Frequency) -> list[Cohort]:
    last = now().date()
    return await retention.cohorts(tx, _first(last, by), last, by)


def _first(last: date, by: Frequency) -> date:
    if by == "day":
        return last - timedelta(days=DAYS - 1)
    year, month = divmod(last.year * 12 + last.month - MONTHS, 12)
    return date(year, month + 1, 1)


def _said(period: date, by: Frequency, language: str) -> str:
    """`Nov 2026`, or `23 Nov`."""
    return (dates.month if by == "month" else dates.short_day)(period, language)
