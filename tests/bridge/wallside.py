"""Colleagues at the wall: one person with a face on either side, beside those who have only one."""

from __future__ import annotations

from typing import Any

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from torg.kernel.actor import Permission
from torg.kernel.ids import new_id

SIDE = "/api/torg/v1/side_threads"
PROMOTIONS = "/api/torg/v1/promotions"
GUARD = "/api/torg/v1/admin/guard"


async def two_faced(square: Square, *handles: str) -> None:
    """Let the public and the inside account of each handle be of one person."""
    inside, public = square.networks[INSIDE], square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        for handle in handles:
            await tx.run(
                """UPDATE accounts SET person_id =
                     (SELECT i.person_id FROM accounts i WHERE i.org_id = %s AND i.id = %s)
                   WHERE org_id = %s AND id = %s""",
                (inside.org_id, square.person(INSIDE, handle).id, public.org_id, square.person(PUBLIC, handle).id),
            )


async def permit(square: Square, person: Person, permission: Permission) -> None:
    """Give an account a role with these permissions."""
    network = square.networks[person.host]
    async with square.services.db.tx(network.scope) as tx:
        role = new_id()
        await tx.run(
            "INSERT INTO roles (org_id, network_id, id, name, permissions) VALUES (%s, %s, %s, %s, %s)",
            (network.org_id, network.id, role, f"role {role}", int(permission)),
        )
        await tx.run(
            "UPDATE accounts SET role_id = %s WHERE org_id = %s AND id = %s", (role, network.org_id, person.id)
        )


async def guest(square: Square, handle: str) -> Person:
    """An outsider who was invited into the inside."""
    person = await square.add(INSIDE, handle)
    network = square.networks[INSIDE]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run("UPDATE accounts SET guest = true WHERE org_id = %s AND id = %s", (network.org_id, person.id))
    return person


async def group(square: Square, handle: str, name: str, kind: str, *members: Person) -> int:
    """A group inside, by hand; its id."""
    network = square.networks[INSIDE]
    async with square.services.db.tx(network.scope) as tx:
        id_ = new_id()
        await tx.run(
            """INSERT INTO accounts (org_id, network_id, id, kind, handle, display_name)
               VALUES (%s, %s, %s, 'group', %s, %s)""",
            (network.org_id, network.id, id_, handle, name),
        )
        await tx.run(
            "INSERT INTO groups (org_id, network_id, id, kind) VALUES (%s, %s, %s, %s)",
            (network.org_id, network.id, id_, kind),
        )
        for member in members:
            await tx.run(
                "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
                (network.org_id, network.id, new_id(), member.id, id_),
            )
    return id_


async def acts(square: Square, host: str = INSIDE) -> list[tuple[str, str]]:
    """(verb, target) of the audit log, oldest first."""
    network = square.networks[host]
    async with square.services.db.tx(network.scope) as tx:
        rows: list[dict[str, Any]] = await tx.all(
            "SELECT verb, target_type FROM admin_log WHERE network_id = %s ORDER BY id", (network.id,)
        )
    return [(row["verb"], row["target_type"]) for row in rows]
