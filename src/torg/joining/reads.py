"""Answers: the networks of one person, side by side."""

from __future__ import annotations

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Database
from torg.joining import store
from torg.joining.model import Membership
from torg.kernel.actor import Actor, NetworkKind, Scope
from torg.orgs import rules


async def networks(db: Database, actor: Actor) -> list[tuple[Membership, Account]]:
    """Every network in which the actor's person has an account that may be used, with the account; the public first.

    From the public network only itself is seen, from a partner network that one and the public one.

    The one read over several networks: its scope is the person's own networks, found beforehand, and every row of
    the answer is one of the person's own.
    """
    if actor.person_id is None:
        return []
    async with db.system() as tx:
        ids = await store.network_ids(tx, actor.org_id, actor.person_id)
    here = (actor.network_kind, actor.network_id)
    found = []
    async with db.tx(Scope(actor.org_id, tuple(ids))) as tx:
        memberships = await store.memberships(tx, actor.person_id)
    for membership in memberships:
        if not rules.in_sight(here, (NetworkKind(membership.kind), membership.network_id)):
            continue
        async with db.tx(Scope(actor.org_id, (membership.network_id,), viewer=membership.account_id)) as tx:
            account = (await accounts.by_ids(tx, [membership.account_id])).get(membership.account_id)
        if account is not None:
            found.append((membership, account))
    return found
