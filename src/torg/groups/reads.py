"""Answers about groups: the directory, one group, its members, invitations."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.graph import reads as graph
from torg.groups import rules, store
from torg.groups.model import Group, GroupView, Invitation, Role
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.page import Page, Slice

NOBODY = 0
"""No account has this id."""
LONGEST = 100


async def one(tx: Tx, actor: Actor, group_id: int) -> GroupView:
    """One group; NotFound for a hidden one, or any to a guest, that the actor is neither in nor invited to."""
    group = await store.get(tx, actor.me, group_id)
    if group is None:
        raise NotFound
    return (await views(tx, [group]))[0]


async def many(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[GroupView]:
    """Those of the groups that the actor may know of."""
    return await views(tx, await store.many(tx, actor.me, ids))


async def is_open(tx: Tx, group_id: int) -> bool:
    """Whether anybody at all may read what stands in the group, as far as its network is public."""
    return await store.kind(tx, group_id) in ("open", "moderated")


async def mentioned_outside(tx: Tx, post_ids: Sequence[int], author: int) -> list[Account]:
    """Members of the network whom posts in a group mention and who do not read there: a mention opens no door."""
    ids = await store.mentioned_outside(tx, post_ids, author)
    known = await accounts.by_ids(tx, ids) if ids else {}
    return [known[id_] for id_ in ids if id_ in known and known[id_].visible]


async def views(tx: Tx, groups: Sequence[Group]) -> list[GroupView]:
    """With their accounts, in their order."""
    known = await accounts.by_ids(tx, [group.id for group in groups])
    return [GroupView(group=group, account=known[group.id]) for group in groups if group.id in known]


async def named(tx: Tx, actor: Actor, name: str) -> GroupView:
    """The group of a handle or alias, written with or without `!` or `@`."""
    found = await store.named(tx, actor.me, name.strip().lstrip("!@").replace("\0", ""))
    if found is None:
        raise NotFound
    return await one(tx, actor, found)


async def directory(
    tx: Tx, actor: Actor, page: Page, *, text: str = "", mine: bool = False, archived: bool = False
) -> list[GroupView]:
    """The groups that the actor may know of, newest first; those he or she is in if `mine`."""
    found = await store.listed(tx, actor.me, page, text=_like(text), mine=mine, archived=archived)
    return await views(tx, found)


async def readable(tx: Tx, page: Page, *, text: str = "") -> list[GroupView]:
    """The groups of a public network in which a stranger may read, newest first."""
    found = await store.listed(tx, NOBODY, page, text=_like(text), mine=False, archived=False, readable=True)
    return await views(tx, found)


def _like(text: str) -> str:
    wanted = text.replace("\0", "").strip().lstrip("!@").lower()[:LONGEST]
    for sign in "\\%_":
        wanted = wanted.replace(sign, f"\\{sign}")
    return wanted


async def members(tx: Tx, actor: Actor, group_id: int, page: Page) -> tuple[Slice[Account], dict[int, Role]]:
    """A page of members, the latest to join first, and the roles of those who have one. Staff sees everybody."""
    group = (await one(tx, actor, group_id)).group
    asking = as_group(actor, group.id) if group.role is not None else actor
    return await graph.followers(tx, asking, group.id, page), await store.roles(tx, group.id)


async def requests(tx: Tx, actor: Actor, group_id: int, page: Page) -> Slice[Account]:
    """Who asks to join, for the staff."""
    group = (await one(tx, actor, group_id)).group
    rules.check_staff(actor, group)
    return await graph.listed(tx, as_group(actor, group.id), "follow_requests", page)


async def blocked(tx: Tx, actor: Actor, group_id: int, page: Page) -> Slice[Account]:
    """Whom the group keeps out, for the staff."""
    group = (await one(tx, actor, group_id)).group
    rules.check_staff(actor, group)
    return await graph.listed(tx, as_group(actor, group.id), "blocks", page)


async def invitations(tx: Tx, actor: Actor, group_id: int, page: Page) -> list[Invitation]:
    """Who is asked in and has not come, for the staff."""
    group = (await one(tx, actor, group_id)).group
    rules.check_staff(actor, group)
    return await store.invitations(tx, group.id, page)


async def my_invitations(tx: Tx, actor: Actor, page: Page) -> list[Invitation]:
    """The groups that ask the actor in."""
    return await store.invitations_of(tx, actor.me, page)


def as_group(actor: Actor, group_id: int) -> Actor:
    """The group's own face, for what its staff does in its name: answering requests, keeping people out."""
    return msgspec.structs.replace(actor, account_id=group_id)
