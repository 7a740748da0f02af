"""The directory's pages: looking colleagues up, and the org chart; for members, where there is a directory."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from torg.accounts.model import Account
from torg.directory import reads
from torg.directory.model import Colleague, Order, Wish
from torg.http import Call, Routes
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import NotFound
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.present import presenting
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")

SHOWN = 40
DEEP = 3
MOST_PLACES = 200


class Search(Look, kw_only=True):
    """`GET /directory`, as a form sends it."""

    q: str = ""
    department: str = ""
    location: str = ""
    expertise: str = ""
    order: Order = "name"
    offset: int = 0

    def wish(self) -> Wish:
        names = ("q", "department", "location", "expertise", "order")
        return Wish(**{name: getattr(self, name) for name in names})

    def query(self, **other: str | int) -> dict[str, str | int]:
        """The parameters of the same search elsewhere, without those that say nothing."""
        values: dict[str, str | int] = {**msgspec.structs.asdict(self.wish()), **other}
        return {name: value for name, value in values.items() if value and (name, value) != ("order", "name")}


class Tree(Look, kw_only=True):
    """`root`: whose chart; none: from the top."""

    root: int | None = None


def open_to(visitor: Visitor) -> None:
    """404 where there is no directory, whoever asks."""
    if visitor.call.network.kind is NetworkKind.PUBLIC:
        raise NotFound


@routes.get("/directory", auth="none", hidden=True)
async def search(call: Call, params: Search) -> Response:
    """Those who work here and match, with what to narrow the search by."""
    visitor = await visitor_of(call, params.lang)
    open_to(visitor)
    if (away := kept_out(visitor)) is not None:
        return away
    offset = max(0, params.offset)
    found = await reads.search(call.tx, visitor.actor, params.wish(), limit=SHOWN + 1, offset=offset)
    shown = found[:SHOWN]
    total, facets = await reads.facets(call.tx, visitor.actor, params.wish())
    at = await presenting(call.tx, visitor, (), *_everybody(shown))
    return answer(
        visitor,
        "directory/search.html",
        at,
        colleagues=shown,
        facets=facets,
        total=total,
        wish=params,
        newer=max(0, offset - SHOWN) if offset else None,
        older=offset + SHOWN if len(found) > SHOWN else None,
    )


@routes.get("/directory/chart", auth="none", hidden=True)
async def chart(call: Call, params: Tree) -> Response:
    """The org chart from the top, or around one colleague."""
    visitor = await visitor_of(call, params.lang)
    open_to(visitor)
    if (away := kept_out(visitor)) is not None:
        return away
    above = []
    if params.root is not None:
        above = list((await reads.surroundings(call.tx, visitor.actor, params.root, 1)).managers)
    found = await reads.tree(call.tx, visitor.actor, params.root, depth=DEEP, limit=MOST_PLACES, offset=0)
    below: dict[int | None, list[Colleague]] = {}
    for place, one in found:
        below.setdefault(place.manager_id, []).append(one)
    at = await presenting(call.tx, visitor, (), *_everybody([*above, *(one for _, one in found)]))
    return answer(
        visitor,
        "directory/chart.html",
        at,
        above=above,
        roots=below.get(None, []),
        below=below,
        rooted=params.root is not None,
        cut=len(found) == MOST_PLACES,
    )


def _everybody(found: list[Colleague]) -> list[Account]:
    return [one.account for one in found]
