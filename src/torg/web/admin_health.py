"""The health of the installation over time: what is wrong in words, curves with tables, and the same as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from starlette.responses import Response

from torg.administration import shedding
from torg.engine.postgres import Tx
from torg.health import reads
from torg.health.model import BY_NAME, SPANS, Curve, Point
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso, now
from torg.kernel.errors import Invalid, NotFound
from torg.surge import reads as surge
from torg.surge.model import Rung, Step
from torg.text.messages import marked as _
from torg.web import chart
from torg.web.admin_office import Pressed, commanded, officer, shown
from torg.web.forms import Look
from torg.web.visitor import Visitor

routes = Routes("pages")

RUNGS = (_("nothing"), _("counts"), _("link cards"), _("search freshness"), _("stream rate"))
"""What is shed on each rung of the surge ladder, the last of them by name."""
ROWS = 24
"""Lines of a table, at most: the whole is in the CSV."""


class Wanted(Look, kw_only=True):
    span: str = ""
    done: bool = False


class Held(Pressed, kw_only=True):
    """`rung` empty: none is held any more."""

    rung: Literal["", "calm", "counts", "cards", "search", "streams"] = ""


class OneCurve(Wanted, kw_only=True):
    name: str


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A curve as it is drawn, with the lines of its table, the latest first."""

    curve: Curve
    line: str
    area: str
    top: float
    rows: list[Point]

    @property
    def still(self) -> bool:
        """Whether it was written down and nothing all the time."""
        return bool(self.curve.known) and not self.curve.peak


def because(cause: str) -> tuple[str, str]:
    """What made the ladder climb: the measure in words, "" if there is none of that name, and what it was."""
    name, _space, value = cause.partition(" ")
    kind = BY_NAME.get(f"surge_{name}")
    return (kind.label, value) if kind is not None else ("", cause)


def drawn(curve: Curve) -> Drawn:
    line, area, top = chart.over_time([(point.mean, point.most) for point in curve.points])
    return Drawn(curve=curve, line=line, area=area, top=top, rows=_rows(curve.points))


@routes.get("/admin/health", auth="none", hidden=True, tx=False)
async def health(call: Call, params: Wanted) -> Response:
    """What is wrong, and the curves of a span of time."""
    visitor = await officer(call, params, reads.OFFICE)
    if isinstance(visitor, Response):
        return visitor
    found = await reads.health(call.db, visitor.actor, reads.span_of(params.span))
    steps: Sequence[Step] = []
    if visitor.actor.may(Permission.DEVOPS):  # how well the installation runs: so much all organisations on it may see
        steps = await surge.steps_since(call.db, now() - found.span.length)
    async with call.db.tx(visitor.actor.whole) as tx:
        return await shown(
            visitor, tx, "health.html", spans=SPANS, span=found.span, alone=found.alone, troubles=found.troubles,
            steps=steps, rungs=RUNGS, because=because, done=params.done, words=tuple(one.word for one in Rung),
            standing=await shedding.standing(call.db, visitor.actor),
            of_network=[drawn(curve) for curve in found.network],
            of_processes=[drawn(curve) for curve in found.processes],
        )  # fmt: skip


@routes.post("/admin/health/surge", auth="none", hidden=True, tx=False)
async def hold(call: Call, form: Held) -> Response:
    """Let a rung hold whatever is measured, or what is measured again."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        who = f"@{visitor.account.handle}" if visitor.account else ""
        await shedding.hold(call.db, tx, visitor.actor, who, Rung[form.rung.upper()] if form.rung else None)

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        raise refused

    return await commanded(call, form, shedding.OFFICE, work, again, "/admin/health")


@routes.get("/admin/health/{name}.csv", auth="none", hidden=True, tx=False)
async def health_csv(call: Call, params: OneCurve) -> Response:
    """The figures of one curve; 404 for what there is not, or not for this reader."""
    visitor = await officer(call, params, reads.OFFICE)
    if isinstance(visitor, Response):
        return visitor
    found = await reads.health(call.db, visitor.actor, reads.span_of(params.span))
    curve = next((one for one in (*found.network, *found.processes) if one.kind.name == params.name), None)
    if curve is None:
        raise NotFound
    text = "at,mean,most\r\n" + "".join(
        f"{iso(point.at)},{_cell(point.mean)},{_cell(point.most)}\r\n" for point in curve.points
    )
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="{params.name}.csv"',
    }
    return Response(text, 200, headers, "text/csv; charset=utf-8")


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def _rows(points: list[Point]) -> list[Point]:
    """The points put together into few, the latest first; what is not known is left out."""
    size = -(-len(points) // ROWS)
    rows = []
    for n in range(0, len(points), size):
        part = [point for point in points[n : n + size] if point.mean is not None]
        if part:
            mean = sum(point.mean or 0.0 for point in part) / len(part)
            rows.append(Point(points[n].at, mean, max(point.most or 0.0 for point in part)))
    return rows[::-1]
