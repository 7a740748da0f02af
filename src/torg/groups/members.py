"""Who is in a group and what they may do there: roles, removing, keeping out."""

from __future__ import annotations

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.graph.membership import LAST_ADMIN
from torg.groups import reads, rules, store
from torg.groups.events import GroupRoleChanged
from torg.groups.model import Group, Role
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.moderation import log


async def set_role(tx: Tx, actor: Actor, group_id: int, member_id: int, role: Role | None) -> None:
    """Give a member a role, or none. Invalid for guests, and if nobody would run the group any more."""
    group = (await reads.one(tx, actor, group_id)).group
    rules.check_admin(actor, group)
    await store.lock_roles(tx, group.id)
    await _member(tx, group, member_id)
    roles = await store.roles(tx, group.id)
    before = roles.get(member_id)
    if before == role:
        return
    if before == "admin" and list(roles.values()).count("admin") == 1:
        raise Invalid(LAST_ADMIN)
    if role is not None and await store.is_guest(tx, member_id):
        raise Invalid("Validation failed: A guest cannot run a group")
    await store.put_role(tx, group.id, member_id, role)
    event = GroupRoleChanged(group_id=group.id, account_id=actor.me, member_id=member_id, role=role)
    await outbox.append(tx, event)
    await log.record(tx, actor, "change_role", "group", group.id, account_id=str(member_id), role=[before, role])


async def remove(tx: Tx, actor: Actor, group_id: int, member_id: int) -> None:
    """End somebody's membership; he or she may ask again (to keep somebody out there is `block`)."""
    group = (await reads.one(tx, actor, group_id)).group
    await _may_turn_out(tx, actor, group, member_id)
    await _member(tx, group, member_id)
    await graph.remove_follower(tx, reads.as_group(actor, group.id), member_id)
    await log.record(tx, actor, "remove_member", "group", group.id, account_id=str(member_id))


async def block(tx: Tx, actor: Actor, group_id: int, account_id: int) -> None:
    """Keep somebody out: membership, request and invitation end, and nothing of the group is shown any more."""
    group = (await reads.one(tx, actor, group_id)).group
    await _may_turn_out(tx, actor, group, account_id)
    await graph.uninvite(tx, group.id, account_id)
    await graph.block(tx, reads.as_group(actor, group.id), account_id)
    await log.record(tx, actor, "block", "group", group.id, account_id=str(account_id))


async def unblock(tx: Tx, actor: Actor, group_id: int, account_id: int) -> None:
    """Let somebody ask again."""
    group = (await reads.one(tx, actor, group_id)).group
    rules.check_staff(actor, group)
    await graph.unblock(tx, reads.as_group(actor, group.id), account_id)
    await log.record(tx, actor, "unblock", "group", group.id, account_id=str(account_id))


async def authorize(tx: Tx, actor: Actor, group_id: int, account_id: int) -> None:
    """Let somebody in who asks; NotFound if nobody does."""
    group = (await reads.one(tx, actor, group_id)).group
    rules.check_staff(actor, group)
    await graph.authorize(tx, reads.as_group(actor, group.id), account_id)
    await log.record(tx, actor, "authorize", "group", group.id, account_id=str(account_id))


async def reject(tx: Tx, actor: Actor, group_id: int, account_id: int) -> None:
    """Turn somebody down who asks."""
    group = (await reads.one(tx, actor, group_id)).group
    rules.check_staff(actor, group)
    await graph.reject(tx, reads.as_group(actor, group.id), account_id)
    await log.record(tx, actor, "reject", "group", group.id, account_id=str(account_id))


async def _member(tx: Tx, group: Group, account_id: int) -> None:
    if not await store.is_member(tx, group.id, account_id):
        raise NotFound


async def _may_turn_out(tx: Tx, actor: Actor, group: Group, account_id: int) -> None:
    """Moderators turn out members, administrators also moderators; nobody turns out himself or herself."""
    rules.check_staff(actor, group)
    if account_id in (actor.me, group.id):
        raise Forbidden
    await store.lock_roles(tx, group.id)
    roles = await store.roles(tx, group.id)
    if roles.get(account_id) is not None:
        rules.check_admin(actor, group)
        # Two administrators who turn each other out at once: the second is none any more
        if roles.get(actor.me) != "admin" and not rules.runs_network(actor):
            raise Forbidden
