"""Roles and who holds them. Nobody reaches a role at or above the own, and somebody who may do everything remains."""

from __future__ import annotations

from typing import Any

import msgspec

from torg.accounts import store as account_rows
from torg.accounts.events import AccountUpdated
from torg.accounts.model import Account
from torg.administration import rules, store
from torg.administration.model import Role
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, Invalid, NotFound, invalid
from torg.kernel.ids import new_id
from torg.moderation import account_store, log
from torg.moderation.rules import NO_ROLE, overrides

OFFICE = Permission.MANAGE_ROLES


async def listed(tx: Tx, actor: Actor) -> list[Role]:
    """All roles of the network, the highest first."""
    rules.check_office(actor, OFFICE)
    return await store.roles(tx)


async def find(tx: Tx, actor: Actor, id_: int) -> Role:
    """One role, else 404."""
    rules.check_office(actor, OFFICE)
    found = await store.roles(tx, id_)
    if not found:
        raise NotFound
    return found[0]


async def create(tx: Tx, actor: Actor, draft: Role) -> Role:
    """A new role below the actor's own; the draft's id does not count."""
    rules.check_office(actor, OFFICE)
    await store.lock(tx)
    own = await account_store.position(tx, actor.me)
    made = msgspec.structs.replace(rules.check_role(actor, own, draft), id=new_id())
    await _check_name(tx, made)
    await store.insert_role(tx, made)
    await log.record(tx, actor, "create", "role", made.id, **made.values())
    return await find(tx, actor, made.id)


async def update(tx: Tx, actor: Actor, id_: int, changes: dict[str, Any]) -> Role:
    """Change a role below the actor's own; it stays below."""
    rules.check_office(actor, OFFICE)
    await store.lock(tx)
    before = await find(tx, actor, id_)
    own = await account_store.position(tx, actor.me)
    overrides(own, before.position)
    _check_reach(actor, before)
    made = rules.check_role(actor, own, msgspec.structs.replace(before, **changes))
    await _check_name(tx, made)
    await store.update_role(tx, made)
    if made.values() != before.values():
        await log.record(tx, actor, "update", "role", id_, before=before.values(), after=made.values())
    return await find(tx, actor, id_)


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    """Remove a role below the actor's own; whoever held it has none from then on."""
    rules.check_office(actor, OFFICE)
    await store.lock(tx)
    gone = await find(tx, actor, id_)
    overrides(await account_store.position(tx, actor.me), gone.position)
    _check_reach(actor, gone)
    await store.delete_role(tx, id_)
    await log.record(tx, actor, "delete", "role", id_, accounts=gone.accounts, **gone.values())


async def assign(tx: Tx, actor: Actor, account_id: int, role_id: int | None) -> Account:
    """Give a local account a role, or none; the account as it is now.

    404 if either is not here. Forbidden where the account's present role or the new one is not below the actor's own;
    one's own role one may give up or change for a lower one.
    """
    rules.check_office(actor, OFFICE)
    await store.lock(tx)
    account = (await account_rows.by_ids(tx, [account_id])).get(account_id)
    if account is None:
        raise NotFound
    role = None if role_id is None else await find(tx, actor, role_id)
    if not account.is_local or account.state == "deleted":
        raise Forbidden
    own = await account_store.position(tx, actor.me)
    if account_id != actor.me:
        overrides(own, await account_store.position(tx, account_id))
    overrides(own, role.position if role else NO_ROLE)
    if role is not None:
        _check_reach(actor, role)
    if account.role_id != role_id:
        owners = await store.owners(tx)
        await account_rows.update(tx, account_id, {"role_id": role_id})
        await _check_owned(tx, owners)
        await outbox.append(tx, AccountUpdated(account_id=account_id))
        names = {"handle": account.handle, "role": role.name if role else None, "role_id": role_id}
        await log.record(tx, actor, "change_role", "account", account_id, **names)
    return (await account_rows.by_ids(tx, [account_id]))[account_id]


def _check_reach(actor: Actor, role: Role) -> None:
    """A role that may do what the actor may not is out of reach, wherever it stands.

    So only an owner changes or removes an owners' role, and that is never the own one: an owner remains.
    """
    if not actor.may(Permission.ADMINISTRATOR) and role.permissions & ~int(actor.permissions):
        raise Forbidden


async def _check_name(tx: Tx, role: Role) -> None:
    if await store.role_named(tx, role.name) not in (None, role.id):
        raise invalid("name", "ERR_TAKEN", "has already been taken")


async def _check_owned(tx: Tx, owners_before: int) -> None:
    """Whoever may do everything is the last resort of a network: it never loses the last one."""
    if owners_before and not await store.owners(tx):
        raise Invalid("Validation failed: The last account that may do everything must keep its role")
