"""The page of an account, with its posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from torg.access.bearer import anonymous
from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.directory import reads as directory
from torg.directory.model import Colleague
from torg.graph import reads as graph
from torg.groups import reads as groups
from torg.http import Call, Routes
from torg.kernel.errors import Gone, NotFound
from torg.kernel.page import Page
from torg.posts import reads as posts
from torg.posts.model import Audience, PostView
from torg.posts.public import public_posts
from torg.showcase import featured_tags
from torg.timelines import reads as timelines
from torg.web import group_page, responses
from torg.web.answer import answer
from torg.web.filtering import filtered
from torg.web.forms import POSTS, Handle, Look, turned
from torg.web.guard import fed, let_out
from torg.web.present import presenting
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")


MOST_ENDORSED = 12


class Profile(Handle, kw_only=True):
    """`seen`: one's own profile as others see it. `show`: by itself what is no answer to others."""

    seen: Literal["", "visitor", "follower"] = ""
    show: Literal["", "replies", "media"] = ""


class Named(Look, kw_only=True):
    handle: str


@routes.get("/@{handle}", auth="none", hidden=True)
async def profile(call: Call, params: Profile) -> Response:
    """Who somebody is, and what he or she has said to those who look. 410 for a suspended account."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    account = await accounts.by_acct(call.tx, params.handle, call.network.host)
    if account is None:
        raise NotFound
    if not account.visible:
        raise Gone
    if account.kind is AccountKind.GROUP and visitor.account is not None:
        return await group_page.show(visitor, account, params)
    page = turned(params)
    of_group = account.kind is AccountKind.GROUP
    seen = params.seen if visitor.account is not None and visitor.account.id == account.id else ""
    pinned = []
    if params.max_id is None and not params.show:
        found = await timelines.of_account(call.tx, visitor.actor, account.id, page, pinned=True, of_group=of_group)
        pinned = await _as(visitor, account, seen, let_out(visitor, found))
    views = await timelines.of_account(
        call.tx, visitor.actor, account.id, page, of_group=of_group, only_media=params.show == "media",
        exclude_replies=not params.show and not of_group, exclude_boosts=params.show == "media",
    )  # fmt: skip
    shown = await _as(visitor, account, seen, let_out(visitor, views))
    shown, covers = await filtered(call.tx, visitor, shown, "account")
    pinned, of_pinned = await filtered(call.tx, visitor, pinned, "account")
    friends = (await graph.endorsed(call.tx, visitor.actor, account.id, Page(limit=MOST_ENDORSED))).items
    at = await presenting(call.tx, visitor, [*pinned, *shown], account, *friends)
    work = await directory.shown_with(call.tx, visitor.actor, account.id)
    made = answer(
        visitor,
        "profile.html",
        at,
        work=work,
        ties=await graph.ties(call.tx, visitor.actor, account.id) if visitor.account is not None else None,
        told=_told(work),
        account=account,
        fed=fed(visitor, account) and (not of_group or await groups.is_open(call.tx, account.id)),
        pinned=pinned,
        covers=covers | of_pinned,
        posts=shown,
        older=views[-1].post.id if len(views) == POSTS else None,
        turned=params.max_id is not None,
        seen=seen,
        show=params.show,
        asked=f"&show={params.show}" if params.show else "",
        of_group=of_group,
        tags=await featured_tags.of_account(call.tx, visitor.actor, account.id),
        friends=friends,
    )
    return responses.advertise(made, at, account, at.actor(account))


async def _as(visitor: Visitor, account: Account, seen: str, views: Sequence[PostView]) -> list[PostView]:
    """Of one's own posts those that others find there: a visitor's are read anew as nobody, where anybody may read."""
    network = visitor.call.network
    if seen == "visitor" and network.is_public:
        async with visitor.call.db.tx(network.scope) as tx:
            wanted = [view.post.id for view in views]
            found = await posts.hydrate(tx, anonymous(network), wanted)
        known = {post.view.post.id for post in public_posts(network, found)}
        return [view for view in views if view.post.id in known]
    audiences = {"visitor": {Audience.EVERYONE}, "follower": {Audience.EVERYONE, Audience.FOLLOWERS}}.get(seen)
    return [view for view in views if audiences is None or view.post.audience in audiences]


def _told(work: Colleague | None) -> set[str]:
    """What the table of the directory says already: the account's own table does not say it again."""
    if work is None:
        return set()
    known = ", ".join(skill.name for skill in work.expertise if skill.listed)
    return {work.details.title, work.details.department, work.details.location, known} - {""}


@routes.get("/users/{handle}", auth="none", hidden=True)
async def user(call: Call, params: Named) -> Response:
    """The ActivityPub address of an account, opened by a person: on to the page."""
    if (away := kept_out(await visitor_of(call, params.lang))) is not None:
        return away
    return RedirectResponse(f"/@{quote(params.handle, safe='@')}", 302)
