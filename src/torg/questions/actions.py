"""What is done with questions: asked, answered, closed and opened again."""

from __future__ import annotations

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound
from torg.moderation import log
from torg.notices import actions as notices
from torg.notices.model import News
from torg.orgs.model import Network
from torg.posts import actions as posts
from torg.posts import groups
from torg.posts import reads as post_reads
from torg.posts.model import Draft, Post
from torg.questions import rules, store


async def ask(tx: Tx, actor: Actor, network: Network, draft: Draft, *, origin: str) -> int:
    """Publish a post that is a question; returns its id."""
    id_ = await posts.publish(tx, actor, network, draft, origin=origin)
    await store.insert(tx, id_, actor.me)
    return id_


async def mark(tx: Tx, actor: Actor, post_id: int) -> None:
    """Make one's own post a question; again changes nothing. 404 for others' posts, 422 for a reply."""
    post = await post_reads.readable_post(tx, actor, post_id)
    if post.account_id != actor.me:
        raise NotFound
    rules.check_question(post)
    await store.insert(tx, post.id, actor.me)


async def unmark(tx: Tx, actor: Actor, post_id: int) -> None:
    """It is an ordinary post again; 404 if it is no question of one's own."""
    post = await post_reads.readable_post(tx, actor, post_id)
    if post.account_id != actor.me or not await store.delete(tx, post.id):
        raise NotFound


async def choose(tx: Tx, actor: Actor, id_: int, answer_id: int) -> None:
    """Mark the best answer, or another one than before; its author is told.

    404 for a question or an answer that the actor cannot read, 403 for who may not mark, 422 for what is no answer.
    """
    question = await _steered(tx, actor, id_)
    answer = await post_reads.readable_post(tx, actor, answer_id)
    rules.check_answer(question, answer)
    before = (await store.by_ids(tx, actor.account_id, [id_]))[id_]
    await store.set_best(tx, id_, answer.id, actor.me)
    if before.best_id != answer.id:
        # The type that every client knows for "something you took part in has changed", about the question
        await notices.tell(tx, [
            News(to=answer.account_id, type="update", by=actor.me, source=f"best:{id_}:{answer.id}", at=now(),
                 post_id=id_, thread_id=question.thread_id)
        ])  # fmt: skip
    await _logged(tx, actor, question, "best_answer", answer_id=answer.id)


async def reopen(tx: Tx, actor: Actor, id_: int) -> None:
    """No best answer, not closed: the question is open."""
    question = await _steered(tx, actor, id_)
    await store.set_best(tx, id_, None, None)
    await _logged(tx, actor, question, "reopen")


async def close(tx: Tx, actor: Actor, id_: int) -> None:
    """No answer is waited for any more; a best one stays marked."""
    question = await _steered(tx, actor, id_)
    await store.close(tx, id_)
    await _logged(tx, actor, question, "close")


async def _steered(tx: Tx, actor: Actor, id_: int) -> Post:
    """The question's post, locked, for who may decide about it."""
    post = await post_reads.readable_post(tx, actor, id_)
    if not await store.lock(tx, id_):
        raise NotFound
    staff = False
    if post.group_id is not None:
        place = (await groups.by_ids(tx, actor.me, [post.group_id])).get(post.group_id)
        staff = place is not None and place.staff
    if not rules.may_steer(actor, post, staff=staff):
        raise Forbidden
    return post


async def _logged(tx: Tx, actor: Actor, question: Post, verb: str, **details: int) -> None:
    """What others than the asker decide is an act of office."""
    if question.account_id != actor.me:
        await log.record(tx, actor, verb, "question", question.id, **details)
