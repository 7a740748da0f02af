"""Roles, and who holds them (docs: entities/Role for the permissions' bits)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from torg.admin_api import entities
from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing, given
from torg.administration import roles as actions
from torg.administration.model import Role
from torg.http import Call, Routes
from torg.kernel.actor import Permission

routes = Routes("torg admin")

ROLES = Permission.MANAGE_ROLES


class NewRole(msgspec.Struct, kw_only=True):
    """`permissions`: the sum of the bits. `position` must be below that of one's own role."""

    name: str = ""
    color: str = ""
    permissions: int = 0
    position: int = 0
    highlighted: bool = False


class ChangeRole(msgspec.Struct, kw_only=True):
    """What is left out stays."""

    id: int
    name: str | UnsetType = UNSET
    color: str | UnsetType = UNSET
    permissions: int | UnsetType = UNSET
    position: int | UnsetType = UNSET
    highlighted: bool | UnsetType = UNSET


class Assignment(msgspec.Struct, kw_only=True):
    """`role_id` null or empty takes the role away."""

    id: int
    role_id: int | None = None


def _shown(role: Role) -> entities.AdminRole:
    return entities.AdminRole(
        id=str(role.id),
        name=role.name,
        color=role.color,
        permissions=str(role.permissions),
        position=role.position,
        highlighted=role.highlighted,
        accounts_count=role.accounts,
    )


@routes.get("/api/torg/v1/admin/roles", scope=READ, permission=ROLES)
async def index(call: Call, params: Nothing) -> list[entities.AdminRole]:
    """The roles, the highest first."""
    return [_shown(role) for role in await actions.listed(call.tx, call.actor)]


@routes.get("/api/torg/v1/admin/roles/{id}", scope=READ, permission=ROLES)
async def show(call: Call, params: ById) -> entities.AdminRole:
    """One role."""
    return _shown(await actions.find(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/admin/roles", scope=WRITE, permission=ROLES)
async def create(call: Call, form: NewRole) -> entities.AdminRole:
    """A new role below one's own, with no permission that one lacks."""
    draft = Role(id=0, **msgspec.structs.asdict(form))
    return _shown(await actions.create(call.tx, call.actor, draft))


@routes.put("/api/torg/v1/admin/roles/{id}", scope=WRITE, permission=ROLES)
async def update(call: Call, form: ChangeRole) -> entities.AdminRole:
    """Change a role below one's own."""
    changes = given(form)
    del changes["id"]
    return _shown(await actions.update(call.tx, call.actor, form.id, changes))


@routes.delete("/api/torg/v1/admin/roles/{id}", scope=WRITE, permission=ROLES)
async def delete(call: Call, params: ById) -> Empty:
    """Remove a role below one's own; whoever held it has none from then on."""
    await actions.delete(call.tx, call.actor, params.id)
    return {}


@routes.put("/api/torg/v1/admin/accounts/{id}/role", scope=WRITE, permission=ROLES)
async def assign(call: Call, form: Assignment) -> entities.AdminAssignment:
    """Give an account a role below one's own, or none."""
    account = await actions.assign(call.tx, call.actor, form.id, form.role_id)
    role = None if account.role_id is None else await actions.find(call.tx, call.actor, account.role_id)
    return entities.AdminAssignment(account_id=str(account.id), role=_shown(role) if role else None)
