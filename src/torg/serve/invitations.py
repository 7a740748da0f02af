"""Where invitations meet the graph: who comes by one follows who invited, or comes into the groups that it names."""

from __future__ import annotations

from typing import Any

from torg.access import invites
from torg.accounts import reads as accounts
from torg.accounts.events import AccountActivated, AccountCreated
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.graph.model import FollowOptions
from torg.groups import store as groups
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden, Invalid, NotFound


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


async def join_groups(tx: Tx, ctx: Any, event: AccountCreated | AccountActivated, meta: Meta) -> None:
    """Once the new account may be used, it is in the groups of its invitation. Doing it again changes nothing."""
    invite = await invites.of_account(tx, event.account_id)
    if invite is None or not invite.group_ids:
        return
    account = (await accounts.by_ids(tx, [event.account_id])).get(event.account_id)
    if account is None or not account.visible:
        return
    actor = Actor(org_id=meta.org_id, network_id=meta.network_id, account_id=account.id, guest=account.guest)
    for group_id in invite.group_ids:
        if await groups.is_member(tx, group_id, account.id):
            continue
        try:
            async with tx.savepoint():
                await groups.invite(tx, group_id, account.id, invite.account_id or account.id)
                await graph.follow(tx, actor, group_id, FollowOptions())
        except (Forbidden, Invalid, NotFound):  # the group is gone or closed, or takes no guests any more
            continue
