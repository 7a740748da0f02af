"""What one may do with a group as a whole: make, change, archive and delete it."""

from __future__ import annotations

from collections.abc import Mapping

from torg.accounts import actions as accounts
from torg.accounts import store as accounts_store
from torg.accounts.actions import PictureKind
from torg.accounts.model import AccountKind, Picture
from torg.accounts.rules import ProfileChange
from torg.engine import jobs, outbox
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.graph.events import Unfollowed
from torg.graph.model import FollowOptions
from torg.groups import reads, rules, store
from torg.groups.events import GroupChanged, GroupCreated, GroupDeleted
from torg.groups.model import Group, GroupChange, GroupView, NewGroup
from torg.kernel.actor import Actor
from torg.kernel.errors import invalid
from torg.moderation import log
from torg.orgs.model import Network

REMOVE_POSTS = "remove_group_posts"


async def create(
    tx: Tx,
    actor: Actor,
    network: Network,
    wish: NewGroup,
    *,
    origin: str,
    pictures: Mapping[PictureKind, Picture] | None = None,
) -> GroupView:
    """A new group with the actor as its first member and administrator. Invalid with `details` for its names."""
    rules.may_create(actor, network)
    aliases = rules.aliases(wish.aliases, wish.name)
    account = await accounts.create_account(tx, wish.name, kind=AccountKind.GROUP)
    await store.insert(tx, account.id, wish, actor.me)
    # Invited by oneself: the one way into a group of every kind
    await store.invite(tx, account.id, actor.me, actor.me)
    await graph.follow(tx, actor, account.id, FollowOptions())
    await store.put_role(tx, account.id, actor.me, "admin")
    await _put_aliases(tx, account.id, aliases)
    change = GroupChange(display_name=wish.display_name or wish.name, note=wish.note, kind=wish.kind)
    await _profile(tx, actor, network, account.id, change, origin=origin, pictures=pictures)
    await outbox.append(tx, GroupCreated(group_id=account.id, account_id=actor.me, kind=wish.kind))
    await log.record(tx, actor, "create", "group", account.id, name=account.handle, kind=wish.kind)
    return await reads.one(tx, actor, account.id)


async def change(
    tx: Tx,
    actor: Actor,
    network: Network,
    group_id: int,
    wanted: GroupChange,
    *,
    origin: str,
    pictures: Mapping[PictureKind, Picture] | None = None,
) -> GroupView:
    """Change what is given. A new kind holds from this commit on, for what was written before it too."""
    before = await reads.one(tx, actor, group_id)
    group = before.group
    rules.check_admin(actor, group)
    if wanted.aliases is not None:
        await _put_aliases(tx, group.id, rules.aliases(wanted.aliases, before.account.handle))
    await store.update(tx, group.id, wanted)
    await _profile(tx, actor, network, group.id, wanted, origin=origin, pictures=pictures)
    after = await reads.one(tx, actor, group.id)
    if after.group != group:
        archived = after.group.archived_at is not None
        event = GroupChanged(group_id=group.id, account_id=actor.me, kind=after.group.kind, archived=archived)
        await outbox.append(tx, event)
    if differing := _differences(before, after):
        await log.record(tx, actor, "update", "group", group.id, changes=differing)
    return after


def _differences(before: GroupView, after: GroupView) -> dict[str, list[object]]:
    """What changed, before and after, for the audit log."""
    found: dict[str, list[object]] = {}
    for name in ("kind", "posting", "guests_allowed", "aliases"):
        old, new = getattr(before.group, name), getattr(after.group, name)
        if old != new:
            found[name] = [old, new]
    was, is_now = _is_archived(before.group), _is_archived(after.group)
    if was != is_now:
        found["archived"] = [was, is_now]
    if before.account.display_name != after.account.display_name:
        found["display_name"] = [before.account.display_name, after.account.display_name]
    return found


def _is_archived(group: Group) -> bool:
    return group.archived_at is not None


async def delete(tx: Tx, actor: Actor, group_id: int) -> None:
    """Delete the group: nobody sees it from now on, its handle stays taken, its posts go with a job."""
    found = await reads.one(tx, actor, group_id)
    rules.check_admin(actor, found.group)
    await log.record(tx, actor, "delete", "group", group_id, name=found.account.handle, kind=found.group.kind)
    async with accounts_store.whole(tx):
        gone = await store.dissolve(tx, group_id)
        await accounts.close(tx, group_id)
    await outbox.append_all(tx, [Unfollowed(account_id=member, target_id=group_id) for member in gone])
    await outbox.append(tx, GroupDeleted(group_id=group_id, account_id=actor.me))
    await jobs.enqueue(tx, REMOVE_POSTS, {"group_id": group_id, "deleted_by": actor.me}, key=str(group_id))


async def _put_aliases(tx: Tx, group_id: int, aliases: list[str]) -> None:
    async with accounts_store.whole(tx):
        if taken := await store.taken(tx, aliases, group_id):
            raise invalid("aliases", "ERR_TAKEN", f"{taken[0]} has already been taken")
    await store.put_aliases(tx, group_id, aliases)


async def _profile(
    tx: Tx,
    actor: Actor,
    network: Network,
    group_id: int,
    wanted: GroupChange,
    *,
    origin: str,
    pictures: Mapping[PictureKind, Picture] | None,
) -> None:
    """The group's account as others see it: approval and discoverability follow the kind."""
    kind = wanted.kind
    if wanted.display_name is not None and not wanted.display_name.strip():
        raise invalid("display_name", "ERR_BLANK", "can't be blank")
    profile = ProfileChange(
        display_name=wanted.display_name,
        note=wanted.note,
        locked=None if kind is None else kind != "open",
        discoverable=None if kind is None else kind != "hidden",
        indexable=None if kind is None else kind == "open",
        avatar_description=wanted.avatar_description,
        header_description=wanted.header_description,
    )
    await accounts.update_profile(
        tx, reads.as_group(actor, group_id), profile, host=network.host, origin=origin, pictures=pictures
    )
