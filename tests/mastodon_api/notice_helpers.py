"""What the tests of notifications share."""

from __future__ import annotations

from typing import Any

from tests.contract.entity_check import check_list
from tests.fixtures.square import Person, Square
from torg.mastodon_api import entities


async def told(square: Square, person: Person, **params: Any) -> list[dict[str, Any]]:
    """The person's notifications once everything has been relayed, newest first, each checked."""
    await square.settle()
    response = await person.get("/api/v1/notifications", params=params)
    assert response.status_code == 200, response.text
    check_list(response.json(), entities.Notification)
    found: list[dict[str, Any]] = response.json()
    return found


async def kinds(square: Square, person: Person, **params: Any) -> list[tuple[str, str]]:
    """(type, who) of each notification, newest first."""
    return [(one["type"], one["account"]["username"]) for one in await told(square, person, **params)]


async def ok(response: Any) -> Any:
    """The JSON of a successful answer."""
    assert response.status_code == 200, response.text
    return response.json()
