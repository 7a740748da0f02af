"""Odd input to every method of moderation: an answer below 500, whatever is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2

from tests.fixtures.square import Person, Square
from torg.http.routes import Route
from torg.serve.app import all_routes

ODD: list[Any] = [
    "", " ", "0", "-1", "9" * 30, "1e9", "null", "true", "räv\u202e🦊", "a" * 6_000, "%", "_\\", "'; --", "0.0.0.0/99",
    "::1",
    "2026-13-45", "9999-12-31", "0001-01-01", "\ud7ff\uffff", "x@y", "@",
    "a@" + "b" * 300, ["x"], [[]], {"a": 1}, None, True, 12.5, -(2**63), 2**70, [], {},
]  # fmt: skip


def mine() -> list[Route]:
    """The methods of moderation but for suspending, which would end the test."""
    return [r for r in all_routes() if r.path.startswith(("/api/v1/admin", "/api/v2/admin", "/api/v1/reports"))]


async def test_nothing_breaks(square: Square) -> None:
    routes = mine()
    assert len(routes) >= 47, "all documented methods are walked"
    for route in routes:
        for response, sent in [answer async for answer in answers(square.anna, route, square.shop.id)]:
            assert response.status_code < 500, (route.method, route.path, sent, response.text)


async def answers(anna: Person, route: Route, account_id: int) -> AsyncIterator[tuple[httpx2.Response, Any]]:
    """What the method says to each odd value in every field, as JSON and in the query, and to odd ids."""
    route.resolve()
    fields = list(route.params.__struct_fields__) if route.params else []
    path = route.path.replace("{id}", str(account_id)).replace("{domain}", "x.example")
    for odd in ODD:
        body = {name: odd for name in fields if name != "id"}
        body |= {"keys": ["tag_uses", "instance_accounts", "languages", "space_usage"]} if "keys" in fields else {}
        yield await anna.http.request(route.method, path, json=body), odd
        if isinstance(odd, str):
            query = dict.fromkeys(body, odd[:1000]) | {"role_ids[]": odd[:1000], "tag_uses[id]": odd[:1000]}
            yield await anna.http.request(route.method, path, params=query), odd
    for id_ in ("0", "9" * 18, "9" * 40, "abc", "%00", "-1"):
        yield await anna.http.request(route.method, route.path.replace("{id}", id_)), id_
