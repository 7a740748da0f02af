"""Taking somebody out of a network: whatever he or she could still come in by ends in the same commit."""

from __future__ import annotations

from torg.access.tokens import LIVING
from torg.accounts import actions as account_actions
from torg.accounts import reads as accounts
from torg.accounts.store import TENANT, tenant
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, NotFound
from torg.moderation import log, rules
from torg.moderation.account_store import position
from torg.moderation.events import AccountModerated

OFFICE = Permission.MANAGE_USERS | Permission.MANAGE_NETWORKS


async def remove(tx: Tx, actor: Actor, account_id: int) -> None:
    """End a local account's membership for good; accounts in other networks stay, and so does the login.

    404 for whom the network does not have, Forbidden for oneself and for one's equals. What the account wrote
    belongs to the network and is kept; nobody finds the account any more. Open streams are told by the event.
    """
    if not actor.may(OFFICE):
        raise Forbidden
    account = (await accounts.by_ids(tx, [account_id])).get(account_id)
    if account is None or not account.is_local or account.person_id is None or account.state == "deleted":
        raise NotFound
    own = rules.NO_ROLE if actor.account_id is None else await position(tx, actor.account_id)
    if actor.account_id is not None:
        rules.overrides(own, await position(tx, account_id))
    params = {**tenant(tx), "id": account_id}
    for table in LIVING:
        await tx.run(
            f"UPDATE {table} SET revoked_at = now() WHERE {TENANT} AND account_id = %(id)s AND revoked_at IS NULL",
            params,
        )
    for table in ENDING:
        await tx.run(f"DELETE FROM {table} WHERE {TENANT} AND account_id = %(id)s", params)
    await account_actions.close(tx, account_id)
    await outbox.append(tx, AccountModerated(account_id=account_id, verb="remove"))
    await log.record(tx, actor, "remove", "account", account_id, handle=account.handle)


ENDING = ("sessions", "half_logins", "grants", "push_subscriptions", "mailed_proofs", "invites")
"""Ways in, and ways out to a telephone; invitations too, since whoever comes by them came by this person's word."""
