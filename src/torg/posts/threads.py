"""A thread: several posts by one author, each an answer to the one before it, published in one commit or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid
from torg.orgs.model import Network
from torg.posts import actions
from torg.posts.model import Draft

MOST = 25
"""Posts in one thread."""


class Broken(Invalid):
    """One post of a thread is refused (422), so that none is published. `place` counts from 0; `cause` is why."""

    def __init__(self, place: int, cause: Invalid) -> None:
        self.place, self.cause = place, cause
        super().__init__(cause.text, details=cause.details)


def check(drafts: Sequence[Draft]) -> None:
    """Invalid for more posts than one thread may have."""
    if len(drafts) > MOST:
        raise Invalid(f"Validation failed: A thread may have at most {MOST} posts")


def keyed(drafts: Sequence[Draft]) -> list[Draft]:
    """Each post with a key of its own, made from that of the first: sending the thread again publishes nothing anew."""
    key = drafts[0].idempotency_key
    return [
        msgspec.structs.replace(draft, idempotency_key=f"{key}:{place}" if key and place else key)
        for place, draft in enumerate(drafts)
    ]


async def publish(tx: Tx, actor: Actor, network: Network, drafts: Sequence[Draft], *, origin: str) -> list[int]:
    """Publish the posts in their order. Returns their ids; Broken says which one is refused.

    Posts that an earlier try published under the same key stay as they are, and what was added comes after them.
    """
    check(drafts)
    ids: list[int] = []
    for place, draft in enumerate(keyed(drafts)):
        if ids:
            draft = msgspec.structs.replace(draft, reply_to_id=ids[-1], group_id=None)
        try:
            ids.append(await actions.publish(tx, actor, network, draft, origin=origin))
        except Invalid as refused:
            raise Broken(place, refused) from refused
    return ids
