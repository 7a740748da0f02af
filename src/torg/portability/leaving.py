"""Closing one's own account: nobody sees it any more at once, and its data are removed by a job."""

from __future__ import annotations

from torg.accounts import actions as accounts
from torg.accounts.store import TENANT, tenant
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.moderation.deletion import REMOVE_CONTENT


async def leave(tx: Tx, actor: Actor) -> None:
    """Close the acting account for good; its sessions and tokens end. The handle stays taken."""
    await accounts.close(tx, actor.me)
    for table in ("sessions", "tokens", "refresh_tokens"):
        await tx.run(f"DELETE FROM {table} WHERE {TENANT} AND account_id = %(id)s", {**tenant(tx), "id": actor.me})
    await jobs.enqueue(tx, REMOVE_CONTENT, {"account_id": actor.me}, key=str(actor.me))
