"""The roles that each network begins with; administrators may make others."""

from __future__ import annotations

import msgspec

from torg.access.tokens import EVERYONE_ROLE
from torg.accounts import store as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.actor import Permission
from torg.kernel.errors import Misused
from torg.kernel.ids import new_id

EVERYONE_ID = -99
MODERATOR = (
    Permission.VIEW_DASHBOARD
    | Permission.VIEW_AUDIT_LOG
    | Permission.MANAGE_USERS
    | Permission.MANAGE_REPORTS
    | Permission.MANAGE_TAXONOMIES
    | Permission.VIEW_FEEDS
)
ADMIN = Permission((1 << 23) - 1) & ~(Permission.ADMINISTRATOR | Permission.DEVOPS)
OWNER = Permission((1 << 23) - 1)
STANDARD = {
    "Owner": (OWNER, 1000),
    "Admin": (ADMIN, 100),
    "Moderator": (MODERATOR, 10),
}


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
    permissions, position = STANDARD[standard]
    role_id = new_id()
    await tx.run(
        """INSERT INTO roles (org_id, network_id, id, name, permissions, position, highlighted)
           VALUES (%(org)s, %(network)s, %(id)s, %(name)s, %(permissions)s, %(position)s, true)""",
        {
            **accounts.tenant(tx), "id": role_id, "name": standard, "permissions": int(permissions),
            "position": position,
        },
    )  # fmt: skip
    return role_id


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
