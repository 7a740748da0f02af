"""What trends, for those who have a say over it: tags, links and posts, approved or refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from starlette.responses import Response

from torg.cards import reads as cards
from torg.engine.postgres import Tx
from torg.graph import tags as graph_tags
from torg.http import Call, Routes
from torg.kernel.actor import Actor, Permission
from torg.moderation import log
from torg.posts import reads as posts
from torg.trends import actions, reads
from torg.trends.model import Kind
from torg.web.admin_office import Page, PressedOne, commanded, officer, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_TAXONOMIES
HERE = "/admin/trends"
SHOWN = 20
KINDS: tuple[Kind, ...] = ("tag", "link", "post")
Decide = Callable[[Tx, Actor, int], Awaitable[None]]
VERBS: dict[tuple[str, str], Decide] = {
    ("tag", "approve"): actions.approve_tag, ("tag", "reject"): actions.reject_tag,
    ("link", "approve"): actions.approve_link, ("link", "reject"): actions.reject_link,
    ("status", "approve"): actions.approve_post, ("status", "reject"): actions.reject_post,
}  # fmt: skip


class Decision(PressedOne, kw_only=True):
    kind: Literal["tag", "link", "status"]
    verb: Literal["approve", "reject"]


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    """The strongest first, with what was refused, as the officer may read them."""
    visitor = await officer(call, params, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.scope) as tx:
        return await _page(visitor, tx, done=params.done)


@routes.post(HERE + "/{kind}/{id}/{verb}", auth="none", hidden=True, tx=False)
async def decide(call: Call, form: Decision) -> Response:
    """Let one trend, or not."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        await VERBS[form.kind, form.verb](tx, visitor.actor, form.id)
        await log.record(tx, visitor.actor, form.verb, f"trend_{form.kind}", form.id)

    return await commanded(
        call, form, OFFICE, work, lambda visitor, tx, _refused: _page(visitor, tx), f"{HERE}#{form.kind}"
    )


async def _page(visitor: Visitor, tx: Tx, *, done: bool = False) -> Response:
    actor = visitor.actor
    found: dict[Kind, list[int]] = {}
    states: dict[tuple[Kind, int], str] = {}
    for kind in KINDS:
        everything = await reads.trending(tx, actor, kind, limit=SHOWN, everything=True)
        found[kind] = [one.subject_id for one in everything]
        for state, unseen in (("new", True), ("approved", False)):
            for one in await reads.trending(tx, actor, kind, limit=SHOWN, unseen=unseen):
                states[kind, one.subject_id] = state
    views = await posts.hydrate(tx, actor, found["post"])
    links = await cards.by_ids(tx, found["link"])
    return await shown(
        visitor, tx, "trends.html", views=views, done=done, states=states, posts=views,
        tags=await graph_tags.views(tx, actor, found["tag"]),
        links=[links[id_] for id_ in found["link"] if id_ in links],
        review=visitor.call.network.settings.trends_need_review,
    )  # fmt: skip
