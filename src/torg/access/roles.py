"""Roles by name, and the role of an account."""

from __future__ import annotations

import msgspec

from torg.access.bearer import EVERYONE_ROLE
from torg.accounts import store as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.errors import Misused
from torg.orgs.roles import STANDARD, make

EVERYONE_ID = -99


async def ensure(tx: Tx, name: str) -> int:
    """The id of a role by name, in any case; the standard ones are made at first use. Misused for an unknown name."""
    found = await tx.value(
        f"SELECT id FROM roles WHERE {accounts.TENANT} AND lower(name) = lower(%(name)s)",
        {**accounts.tenant(tx), "name": name.strip()},
    )
    if found is not None:
        return int(found)
    standard = {known.lower(): known for known in STANDARD}.get(name.strip().lower())
    if standard is None:
        raise Misused(f"There is no role “{name}”. Roles: {', '.join(STANDARD).lower()}, or an administrator's.")
    return await make(tx, tx.scope.org_id, tx.scope.network_ids[0], standard)


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `roles`; `permissions` are the bits."""

    id: int
    name: str
    color: str
    permissions: int
    highlighted: bool


EVERYONE = Role(id=EVERYONE_ID, name="", color="", permissions=int(EVERYONE_ROLE), highlighted=False)


async def of_account(tx: Tx, account: Account) -> Role:
    """The account's role, or the one that everybody has."""
    if account.role_id is None:
        return EVERYONE
    found = await tx.one(
        f"SELECT id, name, color, permissions, highlighted FROM roles WHERE {accounts.TENANT} AND id = %(id)s",
        {**accounts.tenant(tx), "id": account.role_id},
        as_=Role,
    )
    return found or EVERYONE
