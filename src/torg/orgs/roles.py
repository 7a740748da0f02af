"""The roles that a network begins with; administrators may make others."""

from __future__ import annotations

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Permission
from torg.kernel.ids import new_id
from torg.orgs.model import Network

EVERY = Permission(sum(Permission))


class Standing(msgspec.Struct, frozen=True):
    """A role as it is made: its permissions, its place in the hierarchy, whether it is shown on profiles."""

    permissions: Permission
    position: int
    highlighted: bool = True


OWNER = Standing(EVERY, 1000)
ADMIN = Standing(EVERY & ~(Permission.ADMINISTRATOR | Permission.DEVOPS), 100)
COMMUNICATOR = Standing(
    Permission.BROADCAST | Permission.MANAGE_ANNOUNCEMENTS | Permission.VIEW_REPORTS | Permission.PROMOTE, 20
)
COMMUNITY_ADMIN = Standing(Permission.MANAGE_GROUPS | Permission.MANAGE_REPORTS | Permission.INVITE_USERS, 15)
MODERATOR = Standing(
    Permission.VIEW_DASHBOARD
    | Permission.VIEW_AUDIT_LOG
    | Permission.MANAGE_USERS
    | Permission.MANAGE_REPORTS
    | Permission.MANAGE_TAXONOMIES
    | Permission.VIEW_FEEDS,
    10,
)
REPORT_READER = Standing(Permission.VIEW_REPORTS | Permission.VIEW_DASHBOARD, 5, highlighted=False)

STANDARD = {
    "Owner": OWNER,
    "Admin": ADMIN,
    "Communicator": COMMUNICATOR,
    "Community admin": COMMUNITY_ADMIN,
    "Moderator": MODERATOR,
    "Report reader": REPORT_READER,
}
AT_ONCE = ("Admin", "Communicator", "Community admin", "Report reader")
"""Made with the network; migration 0114 made them for the networks of before. The others come at their first use."""


async def make(tx: Tx, org_id: int, network_id: int, name: str) -> int:
    """Make a standard role of a network; its id."""
    role = STANDARD[name]
    role_id = new_id()
    await tx.run(
        """INSERT INTO roles (org_id, network_id, id, name, permissions, position, highlighted)
           VALUES (%(org)s, %(network)s, %(id)s, %(name)s, %(permissions)s, %(position)s, %(highlighted)s)""",
        {
            "org": org_id, "network": network_id, "id": role_id, "name": name, "permissions": int(role.permissions),
            "position": role.position, "highlighted": role.highlighted,
        },
    )  # fmt: skip
    return role_id


async def begin(tx: Tx, network: Network) -> None:
    """The roles of a new network."""
    for name in AT_ONCE:
        await make(tx, network.org_id, network.id, name)
