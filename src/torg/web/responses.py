"""Responses from the web: beside a post, and the page where one decides about them. Works without scripts."""

from __future__ import annotations

from typing import Literal

from starlette.responses import RedirectResponse, Response

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.posts.model import PostView
from torg.posts.public import NotPublic, PublicPost
from torg.responses import actions, guests, model, reads, rules
from torg.web.answer import answer
from torg.web.colleagues import member, sender
from torg.web.forms import Look
from torg.web.present import Present, presenting
from torg.web.visitor import Visitor

routes = Routes("pages")

SHOWN = 20


class Queue(Look, kw_only=True):
    state: model.Which = "pending"
    max_id: int | None = None


class Decided(Look, kw_only=True):
    """`site` decides about the whole site besides."""

    id: int
    csrf: str | None = None
    decision: model.Decision
    site: Literal["trusted", "blocked"] | None = None


@routes.get("/responses", auth="none", hidden=True)
async def queue(call: Call, params: Queue) -> Response:
    """What waits for a decision: of everybody for who deals with reports, else of one's own posts."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    asked = Page(limit=SHOWN, max_id=params.max_id)
    found = await reads.page(call.tx, visitor.actor, params.state, asked)
    return answer(
        visitor,
        "responses.html",
        await presenting(call.tx, visitor, []),
        found=found,
        whose=await accounts.by_ids(call.tx, {one.account_id for one in found}),
        addresses=await guests.addresses(call.tx, visitor.actor, found),
        state=params.state,
        moderates=visitor.actor.may(Permission.MANAGE_REPORTS),
        older=found[-1].id if len(found) == SHOWN else None,
    )


@routes.post("/responses/{id}", auth="none", hidden=True)
async def decide(call: Call, form: Decided) -> Response:
    """The decision about one, and by those who deal with reports about its whole site."""
    visitor = await sender(call, form.lang, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    found = await actions.decide(call.tx, visitor.actor, form.id, form.decision)
    if form.site is not None:
        if not visitor.actor.may(Permission.MANAGE_REPORTS) or found.protocol == "form":
            raise NotFound
        await actions.treat_domain(call.tx, visitor.actor, rules.host_of(found.source), form.site)
    return RedirectResponse("/responses", 303, {"Cache-Control": "no-store"})


async def beside(visitor: Visitor, view: PostView) -> list[model.Response]:
    """What is shown with a post: only with one that everybody may read."""
    try:
        post = PublicPost(visitor.call.network, view)
    except NotPublic:
        return []
    return await reads.shown_with(visitor.call.tx, post)


async def waiting(visitor: Visitor, view: PostView) -> int:
    """How many wait for this member's decision, on a post of his or her own."""
    if visitor.account is None or visitor.account.id != view.account.id or not visitor.call.network.is_public:
        return 0
    return await reads.pending(visitor.call.tx, visitor.actor)


def advertise(response: Response, at: Present, account: Account, activity: str) -> Response:
    """Headers that say the same as the `link`s of the page, for who reads no HTML."""
    links = [f'<{activity}>; rel="alternate"; type="application/activity+json"']
    if at.mentioned(account):
        links.insert(0, f'<{at.origin}/webmention>; rel="webmention"')
        response.headers["X-Pingback"] = f"{at.origin}/pingback"
    if at.open:
        response.headers["Link"] = ", ".join(links)
    return response
