"""Reporting somebody to the moderators, and the earlier versions of a post."""

from __future__ import annotations

from typing import Literal

from starlette.responses import RedirectResponse, Response

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.kernel.errors import Invalid, NotFound
from torg.moderation import reports
from torg.moderation.model import Complaint
from torg.orgs import about
from torg.posts import reads
from torg.web.answer import answer
from torg.web.forms import Look, OnePost
from torg.web.guard import let_out
from torg.web.member import sender
from torg.web.present import presenting
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")


class Concern(Look, kw_only=True):
    account: int
    post: int | None = None


class Filed(Concern, kw_only=True):
    csrf: str | None = None
    category: Literal["spam", "legal", "violation", "other"] = "other"
    rule_ids: list[int] = []
    comment: str = ""
    forward: bool = False


@routes.get("/report", auth="none", hidden=True)
async def ask(call: Call, params: Concern) -> Response:
    """What is wrong, in a form."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is None:
        return kept_out(visitor) or RedirectResponse("/auth/sign_in", 303, {"Cache-Control": "no-store"})
    return await _form(visitor, params)


@routes.post("/report", auth="none", limit="compose", hidden=True)
async def file(call: Call, form: Filed) -> Response:
    """To the moderators; what one can do oneself is said on the page that follows."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    complaint = Complaint(
        target_id=form.account,
        comment=form.comment,
        category="violation" if form.rule_ids else form.category,
        post_ids=[form.post] if form.post else [],
        rule_ids=form.rule_ids,
        forward=form.forward,
    )
    try:
        await reports.file(call.tx, visitor.actor, complaint)
    except Invalid as refused:  # its rules come before its first row
        return await _form(visitor, form, refused.text)
    return await _form(visitor, form, done=True)


async def _form(visitor: Visitor, form: Concern, wrong: str = "", *, done: bool = False) -> Response:
    tx = visitor.call.tx
    target = await accounts.visible(tx, form.account)
    views = await reads.hydrate(tx, visitor.actor, [form.post] if form.post else [])
    at = await presenting(tx, visitor, views, target)
    return answer(
        visitor, "report.html", at, status=422 if wrong else 200, wrong=wrong, done=done, target=target,
        view=views[0] if views else None, rules=await about.rules(tx),
        comment=form.comment if isinstance(form, Filed) else "",
    )  # fmt: skip


@routes.get("/@{handle}/{id}/history", auth="none", hidden=True)
async def history(call: Call, params: OnePost) -> Response:
    """Every version of a post, the newest first."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    view = await reads.view(call.tx, visitor.actor, params.id)
    [view] = let_out(visitor, [view])
    if view.boost_of is not None or view.account.acct.lower() != params.handle.lower():
        raise NotFound
    versions = await reads.history(call.tx, visitor.actor, view.post.id)
    at = await presenting(call.tx, visitor, [view])
    return answer(visitor, "history.html", at, view=view, versions=versions[::-1])
