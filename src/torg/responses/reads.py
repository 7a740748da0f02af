"""Answers about responses: what is shown with a post, what waits for a decision."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.posts.public import PublicPost
from torg.responses import rules, store, told_store
from torg.responses.model import Domain, Response, Which


async def shown_with(tx: Tx, post: PublicPost) -> list[Response]:
    """The approved responses to a public post, the oldest first, at most a hundred."""
    return await store.approved(tx, [post.view.post.id])


async def page(tx: Tx, actor: Actor, which: Which, asked: Page) -> list[Response]:
    """The queue, newest first: of the network for who deals with reports, else of the actor's own posts."""
    return await store.page(tx, which, _whose(actor), asked)


async def one(tx: Tx, actor: Actor, id_: int) -> Response:
    """One that the actor may decide about, else 404."""
    found = await store.by_id(tx, id_)
    if found is None or found.verified_at is None or not rules.may_decide(actor, found.account_id):
        raise NotFound
    return found


async def pending(tx: Tx, actor: Actor) -> int:
    """How many wait for this actor's decision, counted to a hundred."""
    return await store.count_pending(tx, _whose(actor))


def _whose(actor: Actor) -> int | None:
    return None if actor.may(Permission.MANAGE_REPORTS) else actor.me


async def domains(tx: Tx) -> Sequence[Domain]:
    """The sites that are trusted or blocked, by name."""
    return await store.domains(tx)


async def is_gone(tx: Tx, post_id: int) -> bool:
    """Whether other pages were told of a post with this id: if it is not there any more, it was deleted."""
    return await told_store.is_gone(tx, post_id)
