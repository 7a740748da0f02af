"""Odd values at every method for administrators: an answer meant for the caller, never a 500."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tests.admin_api.helpers import ADMIN
from tests.fixtures.square import Square
from torg.http import Route
from torg.serve.app import all_routes

ODD: list[Any] = [
    "", " ", "x", "0", "-1", "9" * 30, "1e999", "0001-01-01", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
    "2026-02-30", "true", "null", "\u202e\ud7ff\uffff", "%(x)s", "'; --", "a" * 70_000, ["x"], [[]], {"x": {"text": 1}},
    {"sv": {"text": "x"}}, {"": {}}, 0, -1, 2**63 - 1, 2**63, 1.5, True, None,
]  # fmt: skip
ROUTES = [route for route in all_routes() if route.tag == "torg admin"]
MADE = ("announcements", "rules", "terms_of_service", "roles")


async def test_odd_values(square: Square) -> None:
    async with square.services.db.system() as tx:
        await tx.run("UPDATE roles SET position = 100")
    problems: list[str] = []
    for route in ROUTES:
        problems += [told async for told in wrong_answers(square, route)]
    assert not problems, "\n".join(problems)


async def wrong_answers(square: Square, route: Route) -> AsyncIterator[str]:
    """What is wrong with the answers to one route, each parameter odd in its turn."""
    route.resolve()
    assert route.params is not None
    made: dict[str, Any] = {}
    for part in MADE:
        form = {"text": "x", "name": f"x{route.method}{route.path}"[-50:]}
        made[part] = (await square.anna.post(f"{ADMIN}/{part}", json=form)).json().get("id", "4711")
    part = route.path.removeprefix(f"{ADMIN}/").partition("/")[0]
    path = route.path.replace("{id}", str(made.get(part, square.bjorn.id)))
    for name in route.params.__struct_fields__:
        for value in ODD:
            if route.method in ("GET", "DELETE"):
                response = await square.anna.http.request(route.method, path, params={name: str(value)[:5000]})
            else:
                form = {"text": "x", "name": "y", name: value}
                response = await square.anna.http.request(route.method, path, json=form)
            if response.status_code >= 500 or (response.status_code >= 400 and not response.json().get("error")):
                yield f"{route.method} {path} {name}={str(value)[:40]!r}: {response.status_code} {response.text[:300]}"
