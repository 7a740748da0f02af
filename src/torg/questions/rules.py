"""Decisions about questions; pure."""

from __future__ import annotations

from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Invalid
from torg.posts.model import Post


def may_steer(actor: Actor, question: Post, *, staff: bool) -> bool:
    """Who marks the best answer, closes and re-opens: the asker, the group's staff, a moderator."""
    return question.account_id == actor.me or staff or actor.may(Permission.MANAGE_REPORTS)


def check_question(post: Post) -> None:
    """Only what begins a conversation can be a question, else 422."""
    if post.reply_to_id is not None or post.boost_of_id is not None or post.thread_id != post.id:
        raise Invalid("Validation failed: A reply cannot be a question")


def check_answer(question: Post, answer: Post) -> None:
    """An answer is a reply in the question's conversation, else 422."""
    if answer.thread_id != question.id or answer.id == question.id or answer.boost_of_id is not None:
        raise Invalid("Validation failed: An answer is a reply to the question")
