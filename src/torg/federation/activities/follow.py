"""Follow: somebody elsewhere wants to read an account or a group here."""

from __future__ import annotations

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.federation.activities.incoming import Incoming
from torg.graph import actions as graph
from torg.graph.events import FollowRejected
from torg.graph.model import FollowOptions
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.remote import ours


async def receive(incoming: Incoming) -> None:
    """A follow, or a request where the account asks for consent; the answer is sent by the event's effect.

    One that may not be (blocked, moved, archived) is rejected. Groups that not everybody may read do not exist.
    """
    async with incoming.acting() as tx:
        target = await ours.account_id(tx, incoming.network, incoming.object_id)
        if target is None or await incoming.undone(tx):
            return
        try:
            async with tx.savepoint():
                await graph.follow(tx, incoming.actor, target, FollowOptions(uri=incoming.id))
        except (Forbidden, Invalid, NotFound):
            await _refuse(tx, incoming, target)


async def _refuse(tx: Tx, incoming: Incoming, target: int) -> None:
    await outbox.append(tx, FollowRejected(account_id=target, target_id=incoming.sender.id, uri=incoming.id))
