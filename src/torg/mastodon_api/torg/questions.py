"""Questions with best answer and re-opening (FEATURES Y5). Answers are ordinary replies."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities, render
from torg.mastodon_api.entities.torg.questions import Question, QuestionStatus
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.torg.posting import PostFields, draft, extended
from torg.posts import groups
from torg.posts import reads as posts
from torg.questions import actions, model, reads
from torg.text.tags import tag_name

routes = Routes("questions")


class NewQuestion(PostFields, kw_only=True):
    """A new post as a question; or `id`: one's own post that becomes one."""

    id: int | None = None


class Listed(PageParams, kw_only=True):
    """`unanswered`: open and without a reply by anybody else; `tag`: about a topic."""

    which: model.Which = "all"
    tag: str | None = None
    group_id: int | None = None


class Best(msgspec.Struct, kw_only=True):
    id: int
    answer_id: int


@routes.post("/api/torg/v1/questions", scope="write:statuses")
async def create(call: Call, form: NewQuestion) -> QuestionStatus:
    """Ask: publish a question, or mark one's own post as one."""
    if form.id is not None:
        await actions.mark(call.tx, call.actor, form.id)
        return await _one(call, form.id)
    id_ = await actions.ask(call.tx, call.actor, call.network, await draft(call, form), origin=call.origin)
    await call.done()
    return await _one(call, id_)


@routes.get("/api/torg/v1/questions", scope="read:statuses")
async def index(call: Call, params: Listed) -> Paged[QuestionStatus]:
    """Questions, newest first: all, open, unanswered, answered, closed or mine; by topic and group."""
    tag = tag_name(params.tag) if params.tag else None
    wanted = model.Wanted(which=params.which, tag=tag, group_id=params.group_id)
    found = await reads.page(call.tx, call.actor, wanted, page(params))
    return paged(await _statuses(call, found), [one.id for one in found])


@routes.get("/api/torg/v1/questions/{id}", scope="read:statuses")
async def show(call: Call, params: ById) -> QuestionStatus:
    """One question with its best answer."""
    return await _one(call, params.id)


@routes.delete("/api/torg/v1/questions/{id}", scope="write:statuses")
async def unmark(call: Call, params: ById) -> entities.Empty:
    """One's own question is an ordinary post again; the post stays."""
    await actions.unmark(call.tx, call.actor, params.id)
    return entities.Empty()


@routes.put("/api/torg/v1/questions/{id}/best", scope="write:statuses")
async def best(call: Call, form: Best) -> QuestionStatus:
    """Mark the best answer, or another one; its author gets a notification of type `update` about the question."""
    await actions.choose(call.tx, call.actor, form.id, form.answer_id)
    await call.done()
    return await _one(call, form.id)


@routes.delete("/api/torg/v1/questions/{id}/best", scope="write:statuses")
async def reopen(call: Call, params: ById) -> QuestionStatus:
    """Open again: without a best answer."""
    await actions.reopen(call.tx, call.actor, params.id)
    return await _one(call, params.id)


@routes.post("/api/torg/v1/questions/{id}/close", scope="write:statuses")
async def close(call: Call, params: ById) -> QuestionStatus:
    """No answers are waited for any more."""
    await actions.close(call.tx, call.actor, params.id)
    return await _one(call, params.id)


@routes.post("/api/torg/v1/questions/{id}/reopen", scope="write:statuses")
async def open_again(call: Call, params: ById) -> QuestionStatus:
    """As taking away the best answer: the question is open, closed no longer."""
    await actions.reopen(call.tx, call.actor, params.id)
    return await _one(call, params.id)


async def _one(call: Call, id_: int) -> QuestionStatus:
    shown = await _statuses(call, [await reads.one(call.tx, call.actor, id_)])
    if not shown:
        raise NotFound
    return shown[0]


async def _statuses(call: Call, found: Sequence[model.Question]) -> list[QuestionStatus]:
    """Questions and their best answers, rendered together."""
    wanted = [one.id for one in found] + [one.best_id for one in found if one.best_id is not None]
    views = await posts.hydrate(call.tx, call.actor, wanted)
    statuses = {status.id: status for status in await render.views(call, views)}
    rooms = {view.post.id: view.post.group_id for view in views}
    places = await groups.by_ids(call.tx, call.me, {room for room in rooms.values() if room is not None})
    made = []
    for one in found:
        status = statuses.get(str(one.id))
        if status is None:
            continue
        place = places.get(rooms[one.id] or 0)
        extra = Question(
            state=one.state,
            best_answer=statuses.get(str(one.best_id)) if one.best_id else None,
            best_answer_by=str(one.best_by) if one.best_by else None,
            answered_at=iso(one.answered_at) if one.answered_at and one.best_id else None,
            closed_at=iso(one.closed_at) if one.closed_at else None,
            may_decide=one.asker_id == call.me
            or call.actor.may(Permission.MANAGE_REPORTS)
            or (place is not None and place.staff),
        )
        made.append(extended(QuestionStatus, status, question=extra))
    return made
