"""Settings: the follows that one lost because servers or accounts elsewhere were shut out, with files to take along."""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.responses import Response

from torg.graph import severances
from torg.http import Call, Routes
from torg.kernel.page import Page
from torg.portability import severed
from torg.web.forms import Turn
from torg.web.settings_member import member, shown

routes = Routes("pages")

SHOWN = 40


class Lost(msgspec.Struct, kw_only=True):
    """`direction`: whom one followed, or who followed."""

    id: int
    direction: Literal["following", "followers"]


@routes.get("/settings/severed", auth="none", hidden=True)
async def index(call: Call, params: Turn) -> Response:
    """What was lost and why, newest first."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found = await severances.listed(call.tx, visitor.actor, Page(limit=SHOWN, max_id=params.max_id))
    older = found.last_id if len(found.items) == SHOWN else None
    return shown(visitor, "settings_severed.html", lost=found.items, older=older)


@routes.get("/settings/severed/{id}/{direction}.csv", auth="none", hidden=True)
async def file(call: Call, params: Lost) -> Response:
    """The accounts of one loss as a file. 404 for another's."""
    visitor = await member(call, None)
    if isinstance(visitor, Response):
        return visitor
    following = params.direction == "following"
    found = await severances.lost(call.tx, visitor.actor, params.id, following=following)
    headers = {
        "Content-Disposition": f'attachment; filename="{params.direction}-{params.id}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(severed.written(found, following=following), headers=headers, media_type="text/csv; charset=utf-8")
