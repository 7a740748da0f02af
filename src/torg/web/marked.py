"""What a member has marked: bookmarks and favourites."""

from __future__ import annotations

from starlette.responses import Response

from torg.http import Call, Routes
from torg.posts import marks, reads
from torg.posts.marks import Table
from torg.web.answer import answer
from torg.web.forms import Turn, turned
from torg.web.member import member
from torg.web.present import presenting

routes = Routes("pages")


@routes.get("/bookmarks", auth="none", hidden=True)
async def bookmarks(call: Call, params: Turn) -> Response:
    return await _marked(call, params, "bookmarks")


@routes.get("/favourites", auth="none", hidden=True)
async def favourites(call: Call, params: Turn) -> Response:
    return await _marked(call, params, "favourites")


async def _marked(call: Call, params: Turn, table: Table) -> Response:
    """In the order of marking, the latest first."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    page = turned(params)
    found = await marks.marked(call.tx, visitor.actor, table, page)
    views = await reads.hydrate(call.tx, visitor.actor, list(found.items))
    older = found.last_id if len(found.items) == page.limit else None
    at = await presenting(call.tx, visitor, views)
    return answer(visitor, "marked.html", at, posts=views, older=older, turned=params.max_id is not None, table=table)
