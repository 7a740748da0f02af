"""Block: somebody elsewhere wants nothing to do with somebody here; follows between the two end."""

from __future__ import annotations

from torg.federation.activities.incoming import Incoming
from torg.graph import actions as graph
from torg.remote import ours
from torg.remote.note_store import TENANT, tenant


async def receive(incoming: Incoming) -> None:
    """Only who is blocked may notice, by what is not shown any more; nobody is told."""
    async with incoming.tx() as tx:
        target = await ours.account_id(tx, incoming.network, incoming.object_id)
        if target is None or await incoming.undone(tx):
            return
        await graph.block(tx, incoming.actor, target)
        await tx.run(
            f"UPDATE blocks SET uri = %(uri)s WHERE {TENANT} AND account_id = %(sender)s AND target_id = %(target)s",
            {**tenant(tx), "uri": incoming.id, "sender": incoming.sender.id, "target": target},
        )
