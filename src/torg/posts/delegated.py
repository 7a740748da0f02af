"""What a delegate may do with posts, and the trace of it: checked here, granted in delegation/."""

from __future__ import annotations

from typing import Literal

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden
from torg.posts.events import DelegateActed
from torg.posts.model import Post

Act = Literal["post", "reply", "schedule", "edit", "delete"]


def check(actor: Actor, *acts: Act) -> None:
    """Forbidden (403) for a delegate without one of these rights; who acts for him- or herself has them all."""
    if actor.delegated is not None and not actor.delegated.rights.issuperset(acts):
        raise Forbidden("Your delegation does not include this")


def check_post(actor: Actor, act: Act, post: Post) -> None:
    """The same for a post that is there: a delegate touches only what was posted by delegation."""
    check(actor, act)
    if actor.delegated is not None and post.by_account_id is None:
        raise Forbidden("Your delegation does not include this")


async def note(tx: Tx, actor: Actor, act: Act, post_id: int) -> None:
    """Leave the trace that the audit log is written from, in the commit of the act."""
    if actor.delegated is not None:
        await outbox.append(
            tx, DelegateActed(post_id=post_id, account_id=actor.me, by_account_id=actor.delegated.by, act=act)
        )
