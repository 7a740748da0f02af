"""Searching and exploring: posts by words, people, tags; what many talk about now and whom one might follow."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.cards import reads as cards
from torg.graph import tags as graph_tags
from torg.http import Call, Routes
from torg.kernel.errors import Invalid
from torg.kernel.page import Page
from torg.peers.rules import federates
from torg.posts import reads as posts
from torg.search import addresses, reads, saved
from torg.search.model import Within
from torg.suggestions import reads as suggestions
from torg.trends import reads as trends
from torg.web.answer import answer
from torg.web.filtering import filtered
from torg.web.forms import POSTS, Look
from torg.web.guard import let_out
from torg.web.member import onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")

ELSEWHERE = "/authorize_interaction"
"""Asks other servers, and shows what it finds (interaction.py)."""


class Search(Look, kw_only=True):
    q: str = ""
    max_id: int | None = None


class Keep(Look, kw_only=True):
    csrf: str | None = None
    q: str = ""
    track: bool = False


@routes.get("/search", auth="none", hidden=True)
async def search(call: Call, params: Search) -> Response:
    """People, tags and posts at once; the operators are explained under the field."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    asked = params.q.replace("\0", "").strip()
    if asked and (goal := await _address(visitor, asked)) is not None:
        return RedirectResponse(goal, 303, {"Cache-Control": "no-store"})
    tx, actor, here = call.tx, visitor.actor, call.network.host
    within = Within(limit=POSTS, max_id=params.max_id)
    ids = await reads.posts(tx, actor, asked, within, here=here) if asked else []
    views = let_out(visitor, await posts.hydrate(tx, actor, ids))
    first = bool(asked) and params.max_id is None
    people = await reads.accounts(tx, actor, asked, limit=8, here=here) if first else []
    if first and visitor.account is not None and _is_elsewhere(call, asked, people):
        return RedirectResponse(f"{ELSEWHERE}?{urlencode({'uri': asked})}", 303, {"Cache-Control": "no-store"})
    tags = await reads.hashtags(tx, actor, asked.lstrip("#"), limit=8) if first and not asked.startswith("@") else []
    at = await presenting(tx, visitor, views, *people)
    return answer(
        visitor, "search.html", at, q=asked, posts=views, people=people, tags=tags,
        older=ids[-1] if len(ids) == POSTS else None, turned=params.max_id is not None,
    )  # fmt: skip


def _is_elsewhere(call: Call, text: str, people: Sequence[Account]) -> bool:
    """Whether the text names somebody or something of another server that is not among what was found here."""
    if not federates(call.network) or any(c.isspace() for c in text):
        return False
    if addresses.is_address(text):
        return not addresses.is_on(text, call.network.host)
    acct = text.lstrip("@").lower()
    host = acct.partition("@")[2]
    return bool(host) and host != call.network.host and acct not in {one.acct.lower() for one in people}


async def _address(visitor: Visitor, text: str) -> str | None:
    """Where a pasted address of ours leads."""
    target = addresses.local(text, visitor.call.network.host)
    if target is None:
        return None
    if target.post_id is not None:
        found = await posts.hydrate(visitor.call.tx, visitor.actor, [target.post_id])
        return f"/@{found[0].account.acct}/{target.post_id}" if found else None
    account = await accounts.by_acct(visitor.call.tx, target.acct or "-", visitor.call.network.host)
    return f"/@{account.acct}" if account is not None and account.visible else None


@routes.post("/search/save", auth="none", hidden=True)
async def keep(call: Call, form: Keep) -> Response:
    """Keep a search, and be told of new posts that it finds (track)."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        await saved.save(call.tx, visitor.actor, name="", query=form.q, track=form.track)
    except Invalid:
        return onward("/search")
    return onward("/explore")


@routes.get("/explore", auth="none", hidden=True)
async def explore(call: Call, params: Look) -> Response:
    """What trends, each with its reason; for members also whom to follow and the searches they keep."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    tx, actor = call.tx, visitor.actor
    unseen = not call.network.settings.trends_need_review
    about_tags = await trends.trending(tx, actor, "tag", limit=10, unseen=unseen)
    about_posts = await trends.trending(tx, actor, "post", limit=10, unseen=unseen)
    about_links = await trends.trending(tx, actor, "link", limit=5, unseen=unseen)
    tags = {tag.id: tag for tag in await graph_tags.views(tx, actor, [one.subject_id for one in about_tags])}
    views = let_out(visitor, await posts.hydrate(tx, actor, [one.subject_id for one in about_posts]))
    views, covers = await filtered(tx, visitor, views, "public")
    links = await cards.by_ids(tx, [one.subject_id for one in about_links])
    whom = await suggestions.suggested(tx, actor, 6) if visitor.account is not None else []
    at = await presenting(tx, visitor, views, *(one.account for one in whom))
    return answer(
        visitor, "explore.html", at, posts=views, covers=covers, whom=whom,
        tags=[(tags[one.subject_id], one.reason) for one in about_tags if one.subject_id in tags],
        links=[(links[one.subject_id], one.reason) for one in about_links if one.subject_id in links],
        searches=await saved.mine(tx, actor, Page(limit=40)) if visitor.account is not None else [],
    )  # fmt: skip
