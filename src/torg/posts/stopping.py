"""Stopping what a delegate had planned: its text is kept as a draft of the account, nothing is published."""

from __future__ import annotations

from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid
from torg.posts import drafts, store
from torg.posts.schedule import COLUMNS, Scheduled, typed


async def stop(tx: Tx, account_id: int, by_account_id: int) -> list[Scheduled]:
    """Take back all that `by_account_id` planned for the account; what it was, for the notice."""
    found = await tx.all(
        f"""DELETE FROM scheduled_posts WHERE org_id = %(org)s AND network_id = %(network)s
            AND account_id = %(account)s AND by_account_id = %(by)s RETURNING {COLUMNS}""",
        {**store.tenant(tx), "account": account_id, "by": by_account_id},
        as_=Scheduled,
    )
    owner = Actor(org_id=tx.scope.org_id, network_id=tx.scope.network_ids[0], account_id=account_id)
    for planned in found:
        await jobs.cancel(tx, "scheduled_post", str(planned.id))
        try:
            await drafts.keep(tx, owner, typed(planned.params, planned.thread))
        except Invalid:  # too many drafts: the mail about it has the text
            continue
    return found
