"""Move: an account goes elsewhere; who follows it here follows the new one, if that one says it is the same person."""

from __future__ import annotations

from torg.accounts import store as accounts
from torg.accounts.events import AccountUpdated
from torg.engine import jobs, outbox
from torg.federation.activities.incoming import Incoming
from torg.kernel.clock import now
from torg.portability import moving
from torg.portability.rules import COOLDOWN
from torg.remote import actors, ours
from torg.remote.as2 import id_of


async def receive(incoming: Incoming) -> None:
    """Believed only if the target, fetched anew, names the sender among what it is also known as."""
    target_uri = id_of(incoming.activity.get("target"))
    if incoming.object_id != incoming.uri or target_uri is None or target_uri == incoming.uri:
        return
    here = ours.is_ours(incoming.network, target_uri)
    target = await actors.resolve(incoming.services, incoming.network, target_uri, refresh=not here)
    async with incoming.tx() as tx:
        if not target.visible or target.id == incoming.sender.id or target.moved_to_id is not None:
            return
        if incoming.uri not in await moving.known_as(tx, target.id):
            return
        row = await tx.one(
            "SELECT moved_to_id, moved_at FROM accounts WHERE org_id = %s AND network_id = %s AND id = %s FOR UPDATE",
            (incoming.network.org_id, incoming.network.id, incoming.sender.id),
        )
        if row is None:
            return
        if row["moved_to_id"] not in (None, target.id) and row["moved_at"] and now() - row["moved_at"] < COOLDOWN:
            return
        if row["moved_to_id"] != target.id:
            await accounts.update(tx, incoming.sender.id, {"moved_to_id": target.id, "moved_at": now()})
            await outbox.append(tx, AccountUpdated(account_id=incoming.sender.id))
        payload = {"account_id": incoming.sender.id}
        await jobs.enqueue(tx, moving.MOVE_FOLLOWERS, payload, key=str(incoming.sender.id))
