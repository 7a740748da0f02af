"""What the tests of the graph share."""

from __future__ import annotations

from typing import Any

from tests.fixtures.square import Person, Square


async def change(square: Square, person: Person, assignment: str) -> None:
    """Set columns of an account as an administrator would: `change(square, anna, "locked = true")`."""
    async with square.services.db.system() as tx:
        await tx.run(f"UPDATE accounts SET {assignment} WHERE id = %s", (person.id,))


async def kinds(square: Square) -> list[str]:
    """The kinds of all events so far, in order."""
    async with square.services.db.system() as tx:
        return await tx.column("SELECT kind FROM outbox ORDER BY id")


async def walk(person: Person, path: str) -> list[list[Any]]:
    """Every page, following the Link header's `next` until a page is empty; asserts that `prev` leads back."""
    pages: list[list[Any]] = []
    url: str | None = path
    while url:
        response = await person.get(url)
        assert response.status_code == 200, response.text
        page = response.json()
        if not page:
            break
        if pages:
            back = await person.get(response.links["prev"]["url"])
            assert back.status_code == 200
            assert back.json() == pages[-1]
        pages.append(page)
        url = response.links.get("next", {}).get("url")
    return pages


def names(accounts: list[Any]) -> list[str]:
    return [account["username"] for account in accounts]
