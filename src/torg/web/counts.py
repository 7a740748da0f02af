"""How many have answered, boosted and marked the posts that are on the screen, for pages that stay open."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from torg.http import Call, Routes
from torg.kernel.errors import NotFound
from torg.posts import reads
from torg.web import dates
from torg.web.forms import Look
from torg.web.visitor import visitor_of

routes = Routes("pages")

MOST = 20


class Which(Look, kw_only=True):
    """`ids[]`: posts, or boosts as which they stand there; beyond 20 they are left out."""

    ids: list[int] = []


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """As the page writes numbers; empty for none. The names are those of the buttons."""

    reply: str
    boost: str
    favourite: str


@routes.get("/counts", auth="none", hidden=True)
async def counts(call: Call, params: Which) -> Response:
    """id → numbers, of those that the member may read; 404 for anybody else."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is None:
        raise NotFound

    def said(number: int) -> str:
        return dates.number(number, visitor.language) if number else ""

    found = {}
    for view in await reads.hydrate(call.tx, visitor.actor, list(dict.fromkeys(params.ids))[:MOST]):
        of = (view.boost_of or view).counts
        found[str(view.post.id)] = Counts(
            reply=said(of.replies), boost=said(of.boosts), favourite=said(of.favourites)
        )  # fmt: skip
    return Response(msgspec.json.encode(found), 200, {"Cache-Control": "private, no-store"}, "application/json")
