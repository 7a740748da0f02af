"""The wall of thanks, and the form to thank somebody with."""

from __future__ import annotations

import secrets

from markupsafe import Markup
from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.kernel.errors import Invalid, invalid
from torg.kernel.page import Page
from torg.posts import reads as posts
from torg.praise import actions, reads, rules
from torg.praise.drawings import DRAWINGS
from torg.praise.model import Wanted
from torg.web.answer import answer
from torg.web.colleagues import member
from torg.web.filtering import filtered
from torg.web.forms import POSTS, Look, Turn
from torg.web.inside_forms import Words, mistakes, places
from torg.web.member import onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor

routes = Routes("pages")


class Wall(Turn, kw_only=True):
    """`badge`: only praise with this one."""

    badge: str | None = None


class To(Look, kw_only=True):
    to: str = ""


class Thanks(Words, kw_only=True):
    """`to`: handles."""

    to: str = ""
    badge: str = ""

    def names(self) -> list[str]:
        return [name.lstrip("@").lower() for name in self.to.replace(",", " ").split()]


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
    told = await posts.hydrate(call.tx, visitor.actor, [one.id for one in found])
    kept, covers = await filtered(call.tx, visitor, told, "public")
    views = {v.post.id: v for v in kept}
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
        covers=covers,
        badges=[(badge.key, badge.name(visitor.language)) for badge in badges],
        chosen=chosen,
        older=found[-1].id if len(found) == POSTS else None,
    )


@routes.get("/thanks/new", auth="none", hidden=True)
async def new(call: Call, params: To) -> Response:
    """The form to thank colleagues with a badge."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _form(visitor, Thanks(to=params.to.lstrip("@"), once=secrets.token_urlsafe(12)))


@routes.post("/thanks/new", auth="none", limit="compose", hidden=True)
async def give(call: Call, form: Thanks) -> Response:
    """Thank them, and on to the post; a name that nobody has is said, not skipped."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    assert visitor.account is not None
    names = form.names()
    known = await accounts.by_handles(call.tx, names, call.network.host) if names else {}
    try:
        if any(name not in known or not rules.praisable(known[name]) for name in names):
            raise invalid("account_ids", "ERR_INVALID", "are not all known here")
        async with call.tx.savepoint():
            ids = [known[name].id for name in names]
            draft = form.draft(visitor)
            id_ = await actions.give(
                call.tx, visitor.actor, call.network, draft, ids, form.badge, origin=call.origin
            )
    except Invalid as wrong:
        return await _form(visitor, form, wrong)
    return onward(f"/@{visitor.account.acct}/{id_}")


async def _form(visitor: Visitor, form: Thanks, wrong: Invalid | None = None) -> Response:
    tx = visitor.call.tx
    badges = [
        (badge.key, badge.name(visitor.language), Markup(DRAWINGS[badge.drawing]))  # noqa: S704 - our own drawings
        for badge in await reads.badges(tx)
        if badge.retired_at is None
    ]
    return answer(
        visitor,
        "colleagues/thanks_new.html",
        await presenting(tx, visitor, []),
        status=422 if wrong else 200,
        form=form,
        once=form.once,
        badges=badges,
        places=await places(tx, visitor),
        wrong=wrong,
        mistakes=mistakes(wrong),
    )
