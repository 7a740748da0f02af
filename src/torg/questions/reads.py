"""Answers about questions."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.questions import store
from torg.questions.model import Question, Wanted


async def page(tx: Tx, actor: Actor, wanted: Wanted, asked: Page) -> list[Question]:
    """Questions that the actor may read, newest first."""
    return await store.page(tx, actor.account_id, wanted.which, wanted, asked)


async def one(tx: Tx, actor: Actor, id_: int) -> Question:
    """A question that the actor may read, else 404."""
    found = (await store.by_ids(tx, actor.account_id, [id_])).get(id_)
    if found is None:
        raise NotFound
    return found


async def of_posts(tx: Tx, actor: Actor, ids: Sequence[int]) -> dict[int, Question]:
    """Those of the posts that are questions."""
    return await store.by_ids(tx, actor.account_id, ids) if ids else {}
