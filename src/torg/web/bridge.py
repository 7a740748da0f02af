"""Pages of the doors: a side-thread beside its public thread, and a promotion with both texts side by side.

They work without scripts, at the inside host only; for anybody but a member they are a 404 or the way to the login.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.access import roles
from torg.accounts import reads as accounts
from torg.bridge import copying, promotions, redaction, side_threads
from torg.bridge.crossing import Bridge, across
from torg.bridge.model import Promotion, Redaction
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Conflict, Forbidden, Invalid
from torg.kernel.page import Page
from torg.posts.model import Draft
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.present import Present, presenting
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")

MOST_LINES = 50


class One(Look, kw_only=True):
    id: int


class Said(One, kw_only=True):
    csrf: str | None = None
    text: str = ""


class Fresh(Look, kw_only=True):
    """`post`: the inside post to promote."""

    post: int


class Wish(Look, kw_only=True):
    """`hide`: what to take out, a line each."""

    csrf: str | None = None
    post: int
    text: str = ""
    hide: str = ""
    credit: bool = False


class Rewritten(One, kw_only=True):
    """`hide`: what to take out, a line each."""

    csrf: str | None = None
    text: str = ""
    hide: str = ""
    credit: bool = False


class Decision(One, kw_only=True):
    csrf: str | None = None
    digest: str = ""
    reason: str = ""


async def _member(call: Call, lang: str | None, tx: Tx | None = None) -> Visitor | Response:
    """The member who looks, with what his or her role permits; else the way to the login, whatever the address."""
    visitor = await visitor_of(call, lang, tx)
    if visitor.account is None:
        goal = quote(call.request.url.path, safe="/")
        return RedirectResponse(f"/auth/sign_in?next={goal}", 303, {"Cache-Control": "no-store"})
    return visitor


async def _actor(tx: Tx, visitor: Visitor) -> Actor:
    assert visitor.account is not None
    role = await roles.of_account(tx, visitor.account)
    return msgspec.structs.replace(visitor.actor, permissions=Permission(role.permissions))


async def _sender(call: Call, form: Look, csrf: str | None, tx: Tx | None = None) -> Visitor | Response:
    visitor = await _member(call, form.lang, tx)
    if isinstance(visitor, Visitor) and not is_ours(call, csrf):
        return expired_form(call, visitor.language)
    return visitor


def _onward(path: str) -> Response:
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})


def _hidden(lines: str) -> list[Redaction]:
    return [Redaction(text=line.strip()) for line in lines.splitlines() if line.strip()][:MOST_LINES]


def _origin(call: Call, both: Bridge) -> str:
    return f"{call.origin.partition('://')[0]}://{both.public_network.host}"


@routes.get("/side/{id}", auth="none", hidden=True)
async def side(call: Call, params: One) -> Response:
    """A public thread and, beside it, what colleagues say: the newest on top."""
    visitor = await _member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
        found = await side_threads.beside(both, params.id)
        origin = _origin(call, both)
    at = await presenting(call.tx, visitor, found.inside)
    return answer(
        visitor,
        "bridge/side.html",
        at,
        found=found,
        inside=found.inside[::-1],
        colleagues=len({view.post.account_id for view in found.inside}),
        public_origin=origin,
    )


@routes.post("/side/{id}", auth="none", hidden=True, limit="compose")
async def say(call: Call, form: Said) -> Response:
    """Say something beside it, for everybody inside."""
    visitor = await _sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    if form.text.strip():
        async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
            await side_threads.write(both, form.id, Draft(text=form.text), origin=call.origin)
    return _onward(f"/side/{form.id}")


@routes.get("/promotions", auth="none", hidden=True)
async def index(call: Call, params: Look) -> Response:
    """The promotions that one takes part in or deals with."""
    visitor = await _member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
        found = await promotions.listed(both, Page(limit=40), None, None)
    return answer(visitor, "bridge/promotions.html", Present(visitor), promotions=found)


@routes.get("/promotions/new", auth="none", hidden=True)
async def new(call: Call, params: Fresh) -> Response:
    """The form: the inside text to the left, what will be public to the right."""
    visitor = await _member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
        source = await promotions.source_to_promote(both, params.post)
    return _form(visitor, Wish(post=params.post, text=source.source), source.source)


def _form(visitor: Visitor, form: Wish, inside: str, wrong: str | None = None) -> Response:
    status = 200 if wrong is None else 422
    return answer(visitor, "bridge/new.html", Present(visitor), status=status, form=form, inside=inside, wrong=wrong)


@routes.post("/promotions/new", auth="none", hidden=True, limit="compose")
async def create(call: Call, form: Wish) -> Response:
    """Keep the draft, and on to its comparison; the form again with what is wrong."""
    visitor = await _sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
        source = await promotions.source_to_promote(both, form.post)
        wish = promotions.Wish(
            text=None if form.text.split() == source.source.split() else form.text,
            redactions=_hidden(form.hide),
            credit=form.credit,
        )
        try:
            made = await promotions.create(both, form.post, wish)
        except Invalid as refused:  # before its first row
            return _form(visitor, form, source.source, refused.text)
    return _onward(f"/promotions/{made.id}")


@routes.get("/promotions/{id}", auth="none", hidden=True)
async def show(call: Call, params: One) -> Response:
    """Both texts side by side, and what may be done with it."""
    visitor = await _member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
        return await _shown(call, visitor, both, await promotions.find(both, params.id))


@routes.post("/promotions/{id}/change", auth="none", hidden=True, limit="compose")
async def change(call: Call, form: Rewritten) -> Response:
    """Write the public text anew; it is a draft again, and nobody has approved it."""
    visitor = await _sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
        found = await promotions.find(both, form.id)
        kept = [one for one in found.redactions if one.text is None and one.pattern is not None]
        wish = promotions.Wish(
            text=form.text, redactions=[*_hidden(form.hide), *kept], credit=form.credit, spoiler=found.spoiler,
            language=found.language, media=found.media, face_id=found.face_id,
        )  # fmt: skip
        try:
            await promotions.change(both, form.id, wish)
        except (Invalid, Conflict) as refused:  # before its first row
            return await _shown(call, visitor, both, found, refused.text)
    return _onward(f"/promotions/{form.id}")


async def _shown(call: Call, visitor: Visitor, both: Bridge, found: Promotion, wrong: str | None = None) -> Response:
    source = await promotions.source_of(both, found) if found.source_post_id is not None else None
    people = await accounts.by_ids(both.inside, [id_ for id_ in (found.requested_by, found.decided_by) if id_])
    out = await promotions.public_post(both, found)
    return answer(
        visitor,
        "bridge/promotion.html",
        Present(visitor),
        asked=people.get(found.requested_by or 0),
        decided=people.get(found.decided_by or 0),
        out=out,
        status=200 if wrong is None else 422,
        one=found,
        parts=redaction.differences(source.source, found.text) if source is not None else [],
        face=await promotions.faces(both, found),
        mine=found.requested_by == both.me.me,
        may_withdraw=both.me.me in (found.requested_by, found.source_account_id),
        may_decide=found.state == "submitted"
        and both.me.may(Permission.APPROVE_PROMOTION)
        and found.requested_by != both.me.me,
        replies=await promotions.replies(both, found.id),
        public_origin=_origin(call, both),
        wrong=wrong,
    )


@routes.post("/promotions/{id}/submit", auth="none", hidden=True)
async def submit(call: Call, form: Decision) -> Response:
    """Ask for approval."""
    visitor = await _sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
        await promotions.submit(both, form.id)
    return _onward(f"/promotions/{form.id}")


@routes.post("/promotions/{id}/withdraw", auth="none", hidden=True)
async def withdraw(call: Call, form: Decision) -> Response:
    """Give it up."""
    visitor = await _sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
        await promotions.withdraw(both, form.id)
    return _onward(f"/promotions/{form.id}")


@routes.post("/promotions/{id}/reject", auth="none", hidden=True)
async def reject(call: Call, form: Decision) -> Response:
    """Say no, with a reason; without one the page says what is missing."""
    visitor = await _sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    async with across(call.tx, await _actor(call.tx, visitor), call.network) as both:
        try:
            await promotions.reject(both, form.id, form.digest, form.reason)
        except (Invalid, Conflict) as refused:
            return await _shown(call, visitor, both, await promotions.find(both, form.id), refused.text)
    return _onward(f"/promotions/{form.id}")


@routes.post("/promotions/{id}/approve", auth="none", hidden=True, tx=False)
async def approve(call: Call, form: Decision) -> Response:
    """Publish exactly what was shown; the page again if that is not what it is any more."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await _sender(call, form, form.csrf, tx)
        if isinstance(visitor, Response):
            return visitor
        actor = await _actor(tx, visitor)
    try:
        async with call.db.tx(actor.scope) as tx, across(tx, actor, call.network) as both:
            wanted = await copying.wanted(both, await promotions.approvable(both, form.id, form.digest))
        ids = await copying.copied(call.services.media, call.services.blobs, wanted)
        async with call.db.tx(actor.scope) as tx, across(tx, actor, call.network) as both:
            await promotions.approve(both, form.id, form.digest, ids, origin=_origin(call, both))
    except (Invalid, Conflict, Forbidden) as refused:
        async with call.db.tx(actor.scope) as tx, across(tx, actor, call.network) as both:
            return await _shown(call, visitor, both, await promotions.find(both, form.id), refused.text)
    return _onward(f"/promotions/{form.id}")
