"""Where invitations meet the graph: who comes by one that says so follows who invited."""

from __future__ import annotations

from typing import Any

from torg.access import invites
from torg.accounts import reads as accounts
from torg.accounts.events import AccountActivated, AccountCreated
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.graph.model import FollowOptions
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden, NotFound


async def follow_inviter(tx: Tx, ctx: Any, event: AccountCreated | AccountActivated, meta: Meta) -> None:
    """Once the new account may be used. Doing it again changes nothing."""
    invite = await invites.of_account(tx, event.account_id)
    if invite is None or invite.account_id is None or not invite.autofollow:
        return
    account = (await accounts.by_ids(tx, [event.account_id])).get(event.account_id)
    if account is None or not account.visible:
        return
    actor = Actor(org_id=meta.org_id, network_id=meta.network_id, account_id=account.id)
    try:
        await graph.follow(tx, actor, invite.account_id, FollowOptions())
    except (Forbidden, NotFound):  # who invited is gone, or has moved: there is nobody to follow
        return
