"""Settings: whom and which servers the member keeps away, and the tags that he or she follows; each can be undone."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from torg.graph import actions, reads, tags
from torg.http import Call, Routes
from torg.kernel.errors import Invalid
from torg.kernel.page import Page
from torg.web.answer import answer
from torg.web.forms import Look, Tag, Turn
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.undo import Deed, told
from torg.web.visitor import Visitor

routes = Routes("pages")

SHOWN = 40
MOST_DOMAINS = 200
PATH = "/settings/blocks"


class Which(Turn, kw_only=True):
    which: Literal["mutes", "blocks"] = "mutes"


class Domain(Look, kw_only=True):
    csrf: str | None = None
    domain: str = ""
    undo: bool = False


class Pressed(Tag, kw_only=True):
    csrf: str | None = None
    back: str = "tag"
    undo: bool = False


@routes.get("/settings/blocks", auth="none", hidden=True)
async def index(call: Call, params: Which) -> Response:
    """Muted or blocked people, and blocked servers."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _page(visitor, params)


@routes.post("/settings/blocks/domains", auth="none", hidden=True)
async def domain(call: Call, form: Domain) -> Response:
    """Block a whole server, or no longer."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    verb = actions.unblock_domain if form.undo else actions.block_domain
    try:
        async with call.tx.savepoint():
            await verb(call.tx, visitor.actor, form.domain)
    except Invalid as wrong:
        return await _page(visitor, Which(), wrong, form.domain)
    return onward(PATH)


@routes.get("/settings/tags", auth="none", hidden=True)
async def followed(call: Call, params: Turn) -> Response:
    """The tags that the member follows."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found = await tags.followed(call.tx, visitor.actor, Page(limit=SHOWN, max_id=params.max_id))
    older = found.last_id if len(found.items) == SHOWN else None
    at = await presenting(call.tx, visitor, [])
    return answer(visitor, "kept_away/tags.html", at, tags=found.items, older=older)


@routes.post("/tags/{name}/follow", auth="none", hidden=True)
async def follow(call: Call, form: Pressed) -> Response:
    """Posts with the tag come home from now on."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    view = await tags.follow(call.tx, visitor.actor, form.name)
    did = Deed(did="undone") if form.undo else Deed(did="tag", fields={"name": view.name})
    return told(call, onward(f"/tags/{view.name}"), did)


@routes.post("/tags/{name}/unfollow", auth="none", hidden=True)
async def unfollow(call: Call, form: Pressed) -> Response:
    """They come no longer."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    view = await tags.unfollow(call.tx, visitor.actor, form.name)
    did = Deed(did="undone") if form.undo else Deed(did="untag", fields={"name": view.name})
    return told(call, onward("/settings/tags" if form.back == "list" else f"/tags/{view.name}"), did)


async def _page(visitor: Visitor, params: Which, wrong: Invalid | None = None, typed: str = "") -> Response:
    tx, page = visitor.call.tx, Page(limit=SHOWN, max_id=params.max_id)
    if params.which == "mutes":
        found, _ends = await reads.muted(tx, visitor.actor, page)
    else:
        found = await reads.listed(tx, visitor.actor, "blocks", page)
    domains = await reads.blocked_domains(tx, visitor.actor, Page(limit=MOST_DOMAINS))
    return answer(
        visitor,
        "kept_away/index.html",
        await presenting(tx, visitor, [], *found.items),
        status=422 if wrong else 200,
        people=found.items,
        domains=list(domains.items),
        which=params.which,
        older=found.last_id if len(found.items) == SHOWN else None,
        typed=typed,
        refused=wrong,
    )
