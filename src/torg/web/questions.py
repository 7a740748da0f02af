"""Questions: those that wait for an answer and those that have one, asking, and choosing the best answer."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from torg.http import Call, Routes
from torg.kernel.actor import NetworkKind, Permission
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.page import Page
from torg.posts import groups
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.questions import actions, reads
from torg.questions.model import Question, Wanted, Which
from torg.web.answer import answer
from torg.web.colleagues import member
from torg.web.filtering import filtered
from torg.web.forms import POSTS, Look, Turn
from torg.web.inside_forms import Words, mistakes, places
from torg.web.member import onward, sender
from torg.web.present import Present, presenting
from torg.web.visitor import Visitor

routes = Routes("pages")


class Listed(Turn, kw_only=True):
    """Which of them."""

    which: Which = "open"


class Asked(Words, kw_only=True):
    """`POST /questions/new`."""


class Steered(Look, kw_only=True):
    """What is decided about a question; `answer_id` with the best answer."""

    id: int
    csrf: str | None = None
    answer_id: int | None = None


@routes.get("/questions", auth="none", hidden=True)
async def index(call: Call, params: Listed) -> Response:
    """Questions that the member may read, newest first."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    asked = Page(limit=POSTS, max_id=params.max_id)
    found = await reads.page(call.tx, visitor.actor, Wanted(which=params.which), asked)
    views = await posts.hydrate(call.tx, visitor.actor, [one.id for one in found])
    views, covers = await filtered(call.tx, visitor, views, "public")
    return answer(
        visitor,
        "colleagues/questions.html",
        await presenting(call.tx, visitor, views),
        posts=views,
        covers=covers,
        which=params.which,
        turned=params.max_id is not None,
        older=found[-1].id if len(found) == POSTS else None,
    )


@routes.get("/questions/new", auth="none", hidden=True)
async def new(call: Call, params: Look) -> Response:
    """The form to ask."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _form(visitor, Asked(once=secrets.token_urlsafe(12)))


@routes.post("/questions/new", auth="none", limit="compose", hidden=True)
async def ask(call: Call, form: Asked) -> Response:
    """Ask, and on to the question."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    assert visitor.account is not None
    try:
        async with call.tx.savepoint():
            id_ = await actions.ask(call.tx, visitor.actor, call.network, form.draft(visitor), origin=call.origin)
    except Invalid as wrong:
        return await _form(visitor, form, wrong)
    return onward(f"/@{visitor.account.acct}/{id_}")


@routes.post("/questions/{id}/best", auth="none", hidden=True)
async def best(call: Call, form: Steered) -> Response:
    """Mark the best answer, or another one than before."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    if form.answer_id is None:
        raise NotFound
    await actions.choose(call.tx, visitor.actor, form.id, form.answer_id)
    return await _back(visitor, form.id)


@routes.post("/questions/{id}/reopen", auth="none", hidden=True)
async def reopen(call: Call, form: Steered) -> Response:
    """Open again: no best answer, not closed."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.reopen(call.tx, visitor.actor, form.id)
    return await _back(visitor, form.id)


@routes.post("/questions/{id}/close", auth="none", hidden=True)
async def close(call: Call, form: Steered) -> Response:
    """No answer is waited for any more."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.close(call.tx, visitor.actor, form.id)
    return await _back(visitor, form.id)


async def beside(visitor: Visitor, view: PostView) -> tuple[Question | None, bool]:
    """The question that this post is, and whether the reader may decide about it; one query where it is none."""
    if visitor.account is None or visitor.call.network.kind is NetworkKind.PUBLIC:
        return None, False
    tx, actor, post = visitor.call.tx, visitor.actor, view.post
    question = (await reads.of_posts(tx, actor, [post.id])).get(post.id)
    if question is None:
        return None, False
    if question.asker_id == actor.account_id or actor.may(Permission.MANAGE_REPORTS):
        return question, True
    place = (await groups.by_ids(tx, actor.me, [post.group_id])).get(post.group_id) if post.group_id else None
    return question, place is not None and place.staff


async def _back(visitor: Visitor, id_: int) -> Response:
    return onward(Present(visitor).link(await posts.view(visitor.call.tx, visitor.actor, id_)))


async def _form(visitor: Visitor, form: Asked, wrong: Invalid | None = None) -> Response:
    tx = visitor.call.tx
    return answer(
        visitor,
        "colleagues/question_new.html",
        await presenting(tx, visitor, []),
        status=422 if wrong else 200,
        form=form,
        once=form.once,
        places=await places(tx, visitor),
        wrong=wrong,
        mistakes=mistakes(wrong),
    )
