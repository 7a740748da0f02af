"""Pages of posts: the front page, everybody's posts, a tag's."""

from __future__ import annotations

from typing import Any, Literal

from starlette.responses import RedirectResponse, Response

from torg.graph import tags
from torg.http import Call, Routes
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import NotFound
from torg.must_see import reads as must_see
from torg.posts.model import PostView
from torg.reading import reads as reading
from torg.text.tags import tag_name
from torg.timelines import reads
from torg.web.answer import answer
from torg.web.compose_page import beside
from torg.web.compose_shown import blank
from torg.web.filtering import filtered
from torg.web.forms import POSTS, Tag, Turn, turned
from torg.web.guard import fed, let_out
from torg.web.present import Present, presenting
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")


class Everybody(Turn, kw_only=True):
    """`only`: what is written in this network, or in others."""

    only: Literal["", "local", "remote"] = ""



@routes.get("/", auth="none", hidden=True)
async def front(call: Call, params: Turn) -> Response:
    """A member's home; else what this network is and its newest posts; on an inside only the way in."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is not None:
        views = await reads.home(call.tx, visitor.actor, turned(params))
        unread = await must_see.mine(call.tx, visitor.actor)
        form = blank(visitor)
        company = not views and await reads.is_company(call.tx, visitor.actor)
        return await _posts(visitor, params, "home.html", views, company=company, form=form, must_see=len(unread),
                            read=await reading.read_to(call.tx, visitor.actor, "home"),
                            **await beside(call.tx, visitor, form))  # fmt: skip
    if not call.network.is_public:
        return answer(visitor, "gate.html", Present(visitor))
    if call.network.settings.single_user:
        return RedirectResponse(f"/@{call.network.settings.single_user}", 303, {"Cache-Control": "no-store"})
    return await _everybody(visitor, params, "front.html")


@routes.get("/public", auth="none", hidden=True)
async def public(call: Call, params: Everybody) -> Response:
    """Everybody's posts, also for members who want to look beyond those whom they follow."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    return await _everybody(visitor, params, "public.html")


async def _everybody(visitor: Visitor, params: Turn, template: str) -> Response:
    only = params.only if isinstance(params, Everybody) else ""
    local, remote = only == "local", only == "remote"
    views = await reads.public(visitor.call.tx, visitor.actor, turned(params), local=local, remote=remote)
    return await _posts(visitor, params, template, views, only=only)


@routes.get("/tags/{name}", auth="none", hidden=True)
async def tagged(call: Call, params: Tag) -> Response:
    """Posts with a tag; a tag that nobody has used yet is an empty page and no error."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    name = tag_name(params.name)
    if not name:
        raise NotFound
    views = await reads.tagged(call.tx, visitor.actor, turned(params), name)
    follows = visitor.account is not None and bool((await tags.show(call.tx, visitor.actor, name)).following)
    return await _posts(visitor, params, "tag.html", views, tag=name, follows=follows)


async def _posts(visitor: Visitor, params: Turn, template: str, views: list[PostView], **values: Any) -> Response:
    by_thread = template == "home.html" and visitor.call.network.kind is not NetworkKind.PUBLIC
    shown = let_out(visitor, latest(views) if by_thread else once(views))
    tx = visitor.call.tx
    shown, covers = await filtered(tx, visitor, shown, "home" if template == "home.html" else "public")
    at = await presenting(tx, visitor, shown)
    older = views[-1].post.id if len(views) == POSTS else None
    turned = params.max_id is not None
    values |= {"posts": shown, "older": older, "turned": turned, "fed": fed(visitor), "covers": covers}
    return answer(visitor, template, at, **values)


def once(views: list[PostView]) -> list[PostView]:
    """Each post at its newest place only: one that many boosted does not fill the page."""
    newest: dict[int, PostView] = {}
    for view in views:
        newest.setdefault(view.post.boost_of_id or view.post.id, view)
    return list(newest.values())


def latest(views: list[PostView]) -> list[PostView]:
    """Each conversation once, with what was said last in it: as colleagues read, where one answer follows another."""
    newest: dict[int, PostView] = {}
    for view in views:
        newest.setdefault((view.boost_of or view).post.thread_id, view)
    return list(newest.values())
