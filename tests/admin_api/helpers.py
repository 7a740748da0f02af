"""What the tests of the methods for administrators share."""

from __future__ import annotations

from typing import Any

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.kernel.actor import Actor, Permission
from torg.moderation import log
from torg.moderation.log import Entry

ADMIN = "/api/torg/v1/admin"
NOT_ALLOWED = {"error": "This action is not allowed"}
OUTSIDE = {"error": "This action is outside the authorized scopes"}


async def ok(response: Any) -> Any:
    """The JSON of a successful answer."""
    assert response.status_code == 200, response.text
    return response.json()


async def details(response: Any) -> dict[str, str]:
    """Field → code of a 422."""
    assert response.status_code == 422, response.text
    return {field: whys[0]["error"] for field, whys in response.json()["details"].items()}


async def entries(square: Square, host: str = PUBLIC) -> list[Entry]:
    """The log of a network, the oldest first."""
    network = square.networks[host]
    async with square.services.db.tx(network.scope) as tx:
        found = await log.latest(tx, Actor(org_id=network.org_id, network_id=network.id))
    return found[::-1]


async def acts(square: Square, host: str = PUBLIC) -> list[tuple[str, str]]:
    """(verb, target) of each act in the log of a network, the oldest first."""
    return [(entry.verb, entry.target_type) for entry in await entries(square, host)]


async def give_role(
    square: Square, person: Person, permissions: Permission, position: int = 50, name: str = "Redaktör"
) -> int:
    """A role of these permissions, made by hand and given to the person; its id."""
    network = square.networks[person.host]
    async with square.services.db.system() as tx:
        role_id = await tx.value(
            """INSERT INTO roles (org_id, network_id, id, name, permissions, position) VALUES
               (%s, %s, (SELECT coalesce(max(id), 0) + 1 FROM roles), %s, %s, %s) RETURNING id""",
            (network.org_id, network.id, name, int(permissions), position),
        )
        await tx.run("UPDATE accounts SET role_id = %s WHERE id = %s", (role_id, person.id))
    return int(role_id)


async def refused(square: Square, method: str, path: str, permission: Permission, **options: Any) -> None:
    """403 for members, strangers, everybody with the wrong permissions, and tokens with the wrong scope."""
    await give_role(
        square, square.bjorn, ~permission & ~Permission.ADMINISTRATOR & Permission((1 << 22) - 1), name="Annan"
    )
    for person in (square.bjorn, square.shop, square.nobody(), square.nobody(INSIDE)):
        response = await person.http.request(method, path, **options)
        assert (response.status_code, response.json()) == (403, NOT_ALLOWED), f"{method} {path} {person.handle}"
    narrow = await square.add(PUBLIC, f"narrow{method.lower()}", scopes=["read", "write"])
    await give_role(square, narrow, permission, name=f"Smal {method}")
    response = await narrow.http.request(method, path, **options)
    assert (response.status_code, response.json()) == (403, OUTSIDE), f"{method} {path}"


async def same_as_never(square: Square, method: str, path: str, id_: str, **options: Any) -> None:
    """An id of this network is, to administrators elsewhere, one that never was; `{id}` stands in the path."""
    await give_role(square, square.person(OTHER, "olga"), Permission.ADMINISTRATOR, name=f"Chef {method} {path}")
    for person in (square.person(INSIDE, "anna"), square.person(OTHER, "olga")):
        there = await person.http.request(method, path.format(id=id_), **options)
        never = await person.http.request(method, path.format(id="4711"), **options)
        assert (there.status_code, there.json()) == (never.status_code, never.json())
        assert there.status_code == 404, f"{method} {path} {person.host}: {there.text}"
