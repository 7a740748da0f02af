"""What a member has begun and not posted, and what is planned."""

from __future__ import annotations

from starlette.responses import Response

from torg.http import Call, Routes
from torg.http.browser import local
from torg.kernel.page import Page
from torg.posts import drafts, schedule
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.member import member, onward, sender
from torg.web.present import presenting

routes = Routes("pages")

MOST = 300


class Dropped(Look, kw_only=True):
    id: int
    csrf: str | None = None
    back: str = "/drafts"


@routes.get("/drafts", auth="none", hidden=True)
async def kept(call: Call, params: Look) -> Response:
    """What is begun, and what is planned."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    page = Page(limit=40)
    at = await presenting(call.tx, visitor, [])
    begun = await drafts.kept(call.tx, visitor.actor, page)
    planned = await schedule.planned(call.tx, visitor.actor, page)
    return answer(visitor, "drafts.html", at, drafts=begun, planned=planned)


@routes.post("/drafts/{id}/drop", auth="none", hidden=True)
async def drop(call: Call, form: Dropped) -> Response:
    """Throw a draft away, or a planned post."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    if any(one.id == form.id for one in await schedule.planned(call.tx, visitor.actor, Page(limit=MOST))):
        await schedule.cancel(call.tx, visitor.actor, form.id)
    else:
        await drafts.drop(call.tx, visitor.actor, form.id)
    return onward(local(form.back))
