"""The wall of thanks."""

from __future__ import annotations

from markupsafe import Markup
from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.kernel.page import Page
from torg.posts import reads as posts
from torg.praise import reads
from torg.praise.drawings import DRAWINGS
from torg.praise.model import Wanted
from torg.web.answer import answer
from torg.web.colleagues import member
from torg.web.forms import POSTS, Turn
from torg.web.present import presenting

routes = Routes("pages")


class Wall(Turn, kw_only=True):
    """`badge`: only praise with this one."""

    badge: str | None = None


@routes.get("/thanks", auth="none", hidden=True)
async def wall(call: Call, params: Wall) -> Response:
    """Praise that the member may read, newest first, of all badges or of one."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    chosen = params.badge or None
    asked = Page(limit=POSTS, max_id=params.max_id)
    found = await reads.wall(call.tx, visitor.actor, Wanted(badge=chosen), asked)
    badges = await reads.badges(call.tx)
    people = await accounts.by_ids(call.tx, {id_ for one in found for id_ in one.account_ids})
    views = {v.post.id: v for v in await posts.hydrate(call.tx, visitor.actor, [one.id for one in found])}
    at = await presenting(call.tx, visitor, views.values(), *people.values())
    known = {badge.key: badge for badge in badges}
    shown = [
        (
            views[one.id],
            known[one.badge].name(visitor.language),
            Markup(DRAWINGS[known[one.badge].drawing]),  # noqa: S704 - our own drawings
            [people[id_] for id_ in one.account_ids if id_ in people and people[id_].visible],
        )
        for one in found
        if one.id in views and one.badge in known
    ]
    return answer(
        visitor,
        "colleagues/thanks.html",
        at,
        shown=shown,
        badges=[(badge.key, badge.name(visitor.language)) for badge in badges],
        chosen=chosen,
        older=found[-1].id if len(found) == POSTS else None,
    )
