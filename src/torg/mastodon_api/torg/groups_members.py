"""Members of groups: who they are, their roles, and whom a group lets in or keeps out."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.groups import members, reads
from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.entities.torg.group import Group, GroupMember
from torg.mastodon_api.forms import PageById, page, sliced
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.torg import groups_present as present

routes = Routes("groups")


class OneMember(msgspec.Struct, kw_only=True):
    id: int
    account_id: int


class NewRole(OneMember, kw_only=True):
    """`role`: `none` makes a plain member of somebody."""

    role: Literal["admin", "moderator", "none"]


@routes.get("/api/torg/v1/groups/{id}/members", scope="read:accounts")
async def index(call: Call, params: PageById) -> Paged[GroupMember]:
    """The members, the latest to join first, each with the role in the group."""
    found, roles = await reads.members(call.tx, call.actor, params.id, page(params, 40, 80))
    shown = await present_accounts.accounts(call.tx, call.actor, call.origin, found.items)
    rows = [GroupMember(**msgspec.structs.asdict(one), group_role=roles.get(int(one.id))) for one in shown]
    return sliced(rows, found)


@routes.patch("/api/torg/v1/groups/{id}/members/{account_id}", scope="write:accounts")
async def change_role(call: Call, form: NewRole) -> Group:
    """Make a member administrator, moderator or neither, as an administrator. The last one stays (422)."""
    role = None if form.role == "none" else form.role
    await members.set_role(call.tx, call.actor, form.id, form.account_id, role)
    return await present.one(call, form.id)


@routes.delete("/api/torg/v1/groups/{id}/members/{account_id}", scope="write:accounts")
async def remove(call: Call, params: OneMember) -> Group:
    """End a membership, as the group's staff."""
    await members.remove(call.tx, call.actor, params.id, params.account_id)
    return await present.one(call, params.id)


@routes.get("/api/torg/v1/groups/{id}/blocks", scope="read:accounts")
async def blocks(call: Call, params: PageById) -> Paged[entities.Account]:
    """Whom the group keeps out, for its staff."""
    found = await reads.blocked(call.tx, call.actor, params.id, page(params, 40, 80))
    return sliced(await present_accounts.accounts(call.tx, call.actor, call.origin, found.items), found)


@routes.post("/api/torg/v1/groups/{id}/blocks/{account_id}", scope="write:accounts")
async def block(call: Call, params: OneMember) -> Group:
    """Keep somebody out: he or she is no member any more, cannot ask again, and reads nothing of the group."""
    await members.block(call.tx, call.actor, params.id, params.account_id)
    return await present.one(call, params.id)


@routes.delete("/api/torg/v1/groups/{id}/blocks/{account_id}", scope="write:accounts")
async def unblock(call: Call, params: OneMember) -> Group:
    """Let somebody ask again."""
    await members.unblock(call.tx, call.actor, params.id, params.account_id)
    return await present.one(call, params.id)


@routes.get("/api/torg/v1/groups/{id}/requests", scope="read:accounts")
async def requests(call: Call, params: PageById) -> Paged[entities.Account]:
    """Who asks to join, for the group's staff. Mastodon's own follow requests list them as well."""
    found = await reads.requests(call.tx, call.actor, params.id, page(params, 40, 80))
    return sliced(await present_accounts.accounts(call.tx, call.actor, call.origin, found.items), found)


@routes.post("/api/torg/v1/groups/{id}/requests/{account_id}/authorize", scope="write:accounts")
async def authorize(call: Call, params: OneMember) -> Group:
    """Let somebody in who asks."""
    await members.authorize(call.tx, call.actor, params.id, params.account_id)
    return await present.one(call, params.id)


@routes.post("/api/torg/v1/groups/{id}/requests/{account_id}/reject", scope="write:accounts")
async def reject(call: Call, params: OneMember) -> Group:
    """Turn somebody down who asks."""
    await members.reject(call.tx, call.actor, params.id, params.account_id)
    return await present.one(call, params.id)
