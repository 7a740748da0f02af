"""The live page of an event: posts as they come, true counters, the curve, a wall for a projector, a clock (T10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
from starlette.responses import Response, StreamingResponse

from torg.engine.postgres import Tx
from torg.events import actions, reads
from torg.events.model import EventPage, Minute
from torg.http import Call, Routes
from torg.kernel.clock import iso, now
from torg.kernel.errors import BadRequest, NotFound
from torg.posts import reads as posts
from torg.web.answer import answer
from torg.web.chart import Chart, csv, liveliest, per_minute, rolling
from torg.web.filtering import Covers, filtered
from torg.web.forms import Look
from torg.web.guard import let_out
from torg.web.live_feed import feeds, rendered
from torg.web.live_personal import has_filters, personal, sifted
from torg.web.present import Present, presenting
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")

SHOWN = 20
WALL = "live/wall.html"
YOUNG, STEP = timedelta(minutes=15), 5
"""While an event has lasted no longer than this its curve has a point each so many seconds."""
PEAKS, APART = 5, timedelta(minutes=3)
"""How many lively minutes a late joiner is shown, and how far from each other they are."""


class Named(Look, kw_only=True):
    slug: str


class Turned(Named, kw_only=True):
    below: int | None = None


class Followed(Named, kw_only=True):
    """`wall`: many look at it, so nobody's filters hold."""

    wall: bool = False


class Stretch(Named, kw_only=True):
    """`from` and `until` of the programme, and in how many seconds it is played."""

    start: str = ""
    end: str = ""
    seconds: float = 1.0


async def _look(call: Call, lang: str | None) -> Visitor | Response:
    visitor = await visitor_of(call, lang)
    return kept_out(visitor) or visitor


@routes.get("/live", auth="none", hidden=True)
async def index(call: Call, params: Look) -> Response:
    """The network's event pages, the latest first."""
    visitor = await _look(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    at = await presenting(call.tx, visitor, [])
    may = actions.may_direct(visitor.actor)
    return answer(visitor, "live/index.html", at, pages=await reads.listed(call.tx), may=may)


@routes.get("/live/{slug:str}", auth="none", hidden=True)
async def show(call: Call, params: Turned) -> Response:
    """The page as it is now; a script adds what comes."""
    visitor = await _look(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _page(visitor, params, "live/show.html")


@routes.get("/live/{slug:str}/wall", auth="none", hidden=True)
async def wall(call: Call, params: Turned) -> Response:
    """The same for a projector: large, without anything around it."""
    visitor = await _look(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _page(visitor, params, WALL)


async def _page(visitor: Visitor, params: Turned, template: str) -> Response:
    tx = visitor.call.tx
    page = await reads.page(tx, params.slug)
    pinned = await reads.pinned(tx, page) if params.below is None else []
    found = await reads.newest(tx, page, SHOWN, below=params.below)
    views = {v.post.id: v for v in let_out(visitor, await posts.hydrate(
        tx, visitor.actor, [one.post_id for one in (*pinned, *found)]))}  # fmt: skip
    covers: Covers = {}
    if template != WALL:  # a wall is looked at by many: nobody's filters hold there
        kept, covers = await filtered(tx, visitor, list(views.values()), "public")
        views = {v.post.id: v for v in kept}
    at = await presenting(tx, visitor, list(views.values()))
    return answer(
        visitor, template, at, covers=covers, page=page, counters=await reads.counters(tx, page),
        chart=await _chart(visitor, params),
        pinned=[views[one.post_id] for one in pinned if one.post_id in views],
        posts=[views[one.post_id] for one in found if one.post_id in views and one.state != "pinned"],
        newest=found[0].seq if found else 0, older=found[-1].seq if len(found) == SHOWN else None,
        turned=params.below is not None, may=actions.may_direct(visitor.actor), streams=visitor.call.network.is_public,
    )  # fmt: skip


async def _chart(visitor: Visitor, params: Named) -> Chart | None:
    tx = visitor.call.tx
    page = await reads.page(tx, params.slug)
    return await _drawn(tx, page, await reads.curve(tx, page))


async def _drawn(tx: Tx, page: EventPage, found: list[Minute]) -> Chart | None:
    """The curve: by minutes, or in the first quarter of an hour by steps of a few seconds."""
    if found and found[-1].at - found[0].at < YOUNG:
        return rolling(await reads.steps(tx, page, STEP), STEP)
    return per_minute(found)


@routes.get("/live/{slug:str}/missed", auth="none", hidden=True)
async def missed(call: Call, params: Named) -> Response:
    """For who comes late: what is pinned, and the liveliest minutes with a sample of what was said in each."""
    visitor = await _look(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    tx = call.tx
    page = await reads.page(tx, params.slug)
    curve_ = await reads.curve(tx, page)
    peaks = liveliest(curve_, PEAKS, APART)
    samples = [await reads.between(tx, page, one.at, one.at + timedelta(minutes=1), 1.0) for one in peaks]
    pinned = await reads.pinned(tx, page)
    entries = [*pinned, *(entry for sample in samples for entry in sample.entries)]
    views = {v.post.id: v for v in let_out(visitor, await posts.hydrate(
        tx, visitor.actor, [one.post_id for one in entries]))}  # fmt: skip
    kept, covers = await filtered(tx, visitor, list(views.values()), "public")
    views = {v.post.id: v for v in kept}
    said = [[views[one.post_id] for one in sample.entries if one.post_id in views] for sample in samples]
    at = await presenting(tx, visitor, list(views.values()))
    return answer(
        visitor, "live/missed.html", at, covers=covers, page=page, counters=await reads.counters(tx, page),
        chart=await _drawn(tx, page, curve_),
        pinned=[views[one.post_id] for one in pinned if one.post_id in views],
        stretches=[(one, seen) for one, seen in zip(peaks, said, strict=True) if seen],
    )  # fmt: skip


@routes.get("/live/{slug:str}/curve", auth="none", hidden=True)
async def curve(call: Call, params: Named) -> Response:
    """The curve alone, drawn anew: for the page that stays open."""
    visitor = await _look(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    page = await reads.page(call.tx, params.slug)
    return answer(visitor, "live/_curve.html", Present(visitor), page=page, chart=await _chart(visitor, params))


@routes.get("/live/{slug:str}/curve.csv", auth="none", hidden=True)
async def numbers(call: Call, params: Named) -> Response:
    """The same numbers as a table."""
    visitor = await _look(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found: list[Minute] = await reads.curve(call.tx, await reads.page(call.tx, params.slug))
    headers = {"Content-Disposition": f'attachment; filename="{params.slug}.csv"', "Cache-Control": "no-store"}
    return Response(csv(found), 200, headers, "text/csv; charset=utf-8")


@routes.get("/live/{slug:str}/stream", auth="none", tx=False, hidden=True)
async def stream(call: Call, params: Followed) -> Response:
    """Server-sent events: a frame a second with what came, as a stranger may read it; `Last-Event-ID` resumes."""
    if not call.network.is_public:
        raise NotFound
    async with call.db.tx(call.network.scope) as tx:
        page = await reads.page(tx, params.slug)
        visitor = await visitor_of(call, params.lang, tx)
    given = call.request.headers.get("last-event-id") or call.request.query_params.get("after") or "0"
    if not given.isdecimal() or len(given) > 18:
        raise BadRequest("Last-Event-ID must be a number")
    nobody = Visitor(call, None, visitor.actor, visitor.language, None)
    at = Present(nobody)
    feed = feeds.of(call.services, call.network, page, at)
    own = visitor.account is not None and not params.wall and await has_filters(visitor)

    async def frames() -> AsyncIterator[bytes]:
        async for frame in feed.listen(int(given)):
            yield (await personal(visitor, at, frame) if own and (frame.html or frame.pinned) else frame).sse()

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(frames(), 200, headers, "text/event-stream")


@routes.get("/live/{slug:str}/clock", auth="none", hidden=True)
async def clock(call: Call, params: Named) -> Response:
    """The programme clock: what was said, replayed beside a recording (N31)."""
    visitor = await _look(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    page = await reads.page(call.tx, params.slug)
    at = await presenting(call.tx, visitor, [])
    found = await reads.curve(call.tx, page)
    first = found[0].at if found else page.starts_at
    last = (found[-1].at if found else page.starts_at) + timedelta(minutes=1)
    chart = await _drawn(call.tx, page, found)
    return answer(visitor, "live/clock.html", at, page=page, chart=chart, first=first, last=last)


class Played(msgspec.Struct, kw_only=True):
    """What a player shows: `shown` of `came`, with the counters as they stood at the end of the stretch."""

    html: list[str]
    shown: int
    came: int
    posts: int
    last_minute: int
    until: str


@routes.get("/live/{slug:str}/between", auth="none", hidden=True)
async def between(call: Call, params: Stretch) -> Response:
    """What was said in a stretch of the programme."""
    visitor = await _look(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    page = await reads.page(call.tx, params.slug)
    start, end = _moment(params.start), min(_moment(params.end), now())
    if end < start or end - start > timedelta(hours=1):
        raise BadRequest("from start to end is an hour at the most")
    sample = await reads.between(call.tx, page, start, end, max(0.1, min(params.seconds, 60.0)))
    shown = await rendered(call.tx, Present(visitor), call.network, sample.entries, visitor.language)
    if visitor.account is not None and shown and await has_filters(visitor):
        shown = await sifted(visitor, Present(Visitor(call, None, visitor.actor, visitor.language, None)), shown)
    counters = await reads.counters(call.tx, page, until=end)
    body = Played(
        html=shown, shown=len(shown), came=sample.of, posts=counters.posts, last_minute=counters.last_minute,
        until=iso(end),
    )  # fmt: skip
    return Response(msgspec.json.encode(body), 200, {"Cache-Control": "no-store"}, "application/json")


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest("start and end are moments such as 2008-09-27T01:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
