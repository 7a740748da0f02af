"""An office for tests of groups: colleagues on the inside network, a guest, and groups of every kind."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.fixtures.square import INSIDE, Person, Square

GROUPS = "/api/torg/v1/groups"


class Office:
    """Björn makes groups; Anna administers the network; Cecilia and David are colleagues; Gustav is a guest."""

    def __init__(self, square: Square) -> None:
        self.square = square

    async def open(self) -> Office:
        for handle in ("cecilia", "david", "gustav"):
            await self.square.add(INSIDE, handle)
        async with self.square.services.db.tx(self.square.networks[INSIDE].scope) as tx:
            await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (self.gustav.id,))
        return self

    def __getattr__(self, handle: str) -> Person:
        return self.square.person(INSIDE, handle)

    async def group(self, name: str, kind: str = "open", **more: Any) -> dict[str, Any]:
        made = await self.bjorn.post(GROUPS, json={"name": name, "kind": kind, **more})
        assert made.status_code == 200, made.text
        group: dict[str, Any] = made.json()
        return group

    async def joins(self, person: Person, group: dict[str, Any]) -> None:
        """Into a group of any kind: invited by Björn, then following."""
        asked = await self.bjorn.post(f"{GROUPS}/{group['id']}/invitations", json={"account_ids": [person.id]})
        assert asked.status_code == 200, asked.text
        joined = await person.post(f"/api/v1/accounts/{group['id']}/follow")
        assert joined.json()["following"], joined.text

    async def notices(self, person: Person) -> list[dict[str, Any]]:
        await self.square.settle()
        found: list[dict[str, Any]] = (await person.get("/api/v1/notifications")).json()
        return found


async def office(square: Square) -> Office:
    return await Office(square).open()


def ok(response: httpx2.Response) -> Any:
    assert response.status_code == 200, f"{response.request.method} {response.request.url}: {response.text}"
    return response.json()


def nothing(response: httpx2.Response) -> None:
    """What an id that never was answers."""
    assert (response.status_code, response.json()) == (404, {"error": "Record not found"}), response.text
