"""Colleagues for the tests of the directory: persons with a face inside and one outside."""

from __future__ import annotations

from typing import Any

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square

PROFILE = "/api/torg/v1/profile"
DIRECTORY = "/api/torg/v1/directory"


async def two_faced(square: Square, handle: str) -> tuple[Person, Person]:
    """(inside, public): the two accounts of that handle made one person's."""
    inside, public = square.person(INSIDE, handle), square.person(PUBLIC, handle)
    async with square.services.db.system() as tx:
        await tx.run(
            "UPDATE accounts SET person_id = (SELECT person_id FROM accounts WHERE id = %s) WHERE id = %s",
            (inside.id, public.id),
        )
    return inside, public


async def says(person: Person, *fields: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """PATCH the profile."""
    response = await person.patch(PROFILE, json={"fields": list(fields)})
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()
    return found


def field(name: str, value: str, *faces: str, label: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "label": label, **({"faces": list(faces)} if faces else {})}


async def ok(person: Person, path: str, method: str = "GET", **options: Any) -> Any:
    response = await person.http.request(method, path, **options)
    assert response.status_code == 200, f"{method} {path}: {response.status_code} {response.text}"
    return response.json()


async def found(person: Person, **query: Any) -> list[str]:
    """Handles of those whom a search finds."""
    return [one["acct"] for one in await ok(person, DIRECTORY, params=query)]


async def reports_to(person: Person, account_id: int, manager_id: int | None, status: int = 200) -> Any:
    form = {"manager_id": None if manager_id is None else str(manager_id)}
    response = await person.put(f"{DIRECTORY}/{account_id}/manager", json=form)
    assert response.status_code == status, response.text
    return response.json()
