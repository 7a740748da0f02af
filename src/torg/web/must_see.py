"""Pages of announcements that must be seen: what is unread, and the button that says one has read it."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from torg.http import Call, Routes
from torg.kernel.page import Page
from torg.must_see import actions, reads
from torg.must_see.model import MustSee
from torg.posts import reads as posts
from torg.web.answer import answer
from torg.web.colleagues import member, sender
from torg.web.forms import Look
from torg.web.must_see_send import may_send
from torg.web.present import presenting
from torg.web.visitor import Visitor

routes = Routes("pages")

SENT = 5


class One(Look, kw_only=True):
    id: int


class Confirmed(One, kw_only=True):
    csrf: str | None = None


@routes.get("/must-see", auth="none", hidden=True)
async def index(call: Call, params: Look) -> Response:
    """What is addressed to the member and holds, unread first; then what he or she sent last, and how many read it."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found = await reads.mine(call.tx, visitor.actor, also_read=True)
    sent = await reads.sent(call.tx, visitor.actor, Page(limit=SENT))
    return await _page(visitor, [*sorted(found, key=lambda one: one.read_at is not None), *sent])


@routes.get("/must-see/{id}", auth="none", hidden=True)
async def show(call: Call, params: One) -> Response:
    """One of them, as letters link to it."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _page(visitor, [await reads.one(call.tx, visitor.actor, params.id)])


@routes.post("/must-see/{id}/read", auth="none", hidden=True)
async def read(call: Call, form: Confirmed) -> Response:
    """The member has read it."""
    visitor = await sender(call, form.lang, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.read(call.tx, visitor.actor, form.id)
    return RedirectResponse("/must-see", 303, {"Cache-Control": "no-store"})


async def _page(visitor: Visitor, found: list[MustSee]) -> Response:
    tx = visitor.call.tx
    views = {view.post.id: view for view in await posts.hydrate(tx, visitor.actor, [one.id for one in found])}
    at = await presenting(tx, visitor, views.values())
    me = visitor.actor.account_id
    seen = {one.id: await reads.tally(tx, visitor.actor, one.id) for one in found if one.sender_id == me}
    shown = [(one, views[one.id], seen.get(one.id)) for one in found if one.id in views]
    return answer(visitor, "colleagues/must_see.html", at, shown=shown, may_send=await may_send(visitor))
