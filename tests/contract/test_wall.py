"""The wall (DESIGN §2) on every declared route: an id of inside is an id that never was, whoever asks from outside.

Generated from `all_routes()`, so a new route is walked the day it is declared.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.contract.vault import ONLY_INSIDE, TAG, Vault, open_vault
from tests.contract.walk import Request, requests
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, open_square
from torg.http.routes import Route
from torg.serve.app import all_routes

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Endless answers, tried apart below.
STREAMS = "/api/v1/streaming"
CHANGING = re.compile(
    r"\b\d{10,}\b|\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|\+00:00)?|[0-9a-f]{8}-[0-9a-f-]{27}|[\w-]{40,}|name=\"csrf\"[^>]*"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vault(module_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Vault]:
    folder: Path = tmp_path_factory.mktemp("wall")
    async with open_square(module_database, folder) as square:
        yield await open_vault(square)


def outsiders(vault: Vault) -> dict[str, Person]:
    """Everybody who has no business inside."""
    square = vault.square
    inside = square.person(INSIDE, "bjorn")
    return {
        "nobody at the public host": square.nobody(PUBLIC),
        "nobody at the inside host": square.nobody(INSIDE),
        "a member of the public network": square.bjorn,
        "an administrator of the public network": square.anna,
        "a member of another organisation": square.person(OTHER, "olga"),
        "an inside token at the public host": Person(square, PUBLIC, "bjorn", inside.id, inside.token),
        "a public token at the inside host": Person(square, INSIDE, "bjorn", square.bjorn.id, square.bjorn.token),
    }


def walked() -> list[Route]:
    """Every route but sockets and streams, reading first, what ends sessions or accounts last."""
    routes = [r for r in all_routes() if r.method != "WEBSOCKET" and not r.path.startswith(STREAMS)]
    for route in routes:
        route.resolve()
    return sorted(routes, key=lambda r: (("GET", "POST", "PUT", "PATCH", "DELETE").index(r.method), r.path))


def seen(response: httpx2.Response, swapped: dict[str, str]) -> tuple[int, str]:
    """Status and body with what differs from call to call taken out."""
    text = response.text
    for real, never in swapped.items():
        text = text.replace(real, "#").replace(never, "#")
    return response.status_code, CHANGING.sub("#", text)


def located(response: httpx2.Response, swapped: dict[str, str]) -> str:
    """Where an answer sends one, likewise."""
    where = str(response.headers.get("location", ""))
    for real, never in swapped.items():
        where = where.replace(real, "#").replace(never, "#")
    return where


def leaks(vault: Vault, response: httpx2.Response) -> list[str]:
    """Secrets in the bytes of an answer, headers too."""
    whole = (str(response.headers) + response.text).lower()
    return [secret for secret in vault.secrets if secret.lower() in whole]


async def look(person: Person, request: Request, swapped: dict[str, str] | None = None) -> httpx2.Response:
    path, options = request.options(swapped)
    async with asyncio.timeout(30):
        return await person.http.request(request.method, path, **options)


@pytest.mark.slow
async def test_nobody_outside_can_tell_inside_from_nothing(vault: Vault) -> None:
    words = {**vault.words, "handle": ONLY_INSIDE, "name": TAG, "hashtag": TAG}
    swapped = vault.never()
    before = await vault.rows()
    problems: list[str] = []
    count = 0
    for route in walked():
        for request in requests(route, vault.ids, words):
            for who, person in outsiders(vault).items():
                count += 1
                real = await look(person, request)
                where = f"{who}: {request.route} {dict(request.fields)} {real.status_code}"
                if real.status_code == 500:
                    problems.append(f"{where}: 500 {real.text[:200]}")
                if found := leaks(vault, real):
                    problems.append(f"{where}: tells {found}")
                if not request.ids:
                    continue
                never = await look(person, request, swapped)
                one, other = seen(real, swapped), seen(never, swapped)
                if one != other or located(real, swapped) != located(never, swapped):
                    problems.append(f"{where}: differs from what never was\n    {one[1][:300]}\n    {other[1][:300]}")
    assert count > 1500, "the walk reaches the routes"
    assert not problems, f"{len(problems)} of {count} answers break the wall:\n  " + "\n  ".join(problems[:60])
    after = await vault.rows()
    changed = [table for table in before if before[table] != after[table]]
    assert not changed, f"outsiders changed rows inside: {changed}"


async def test_search_from_outside_finds_nothing_of_inside(vault: Vault) -> None:
    for who, person in outsiders(vault).items():
        for secret in [*vault.secrets, TAG, ONLY_INSIDE]:
            for path in ("/api/v2/search", "/api/v1/accounts/search"):
                response = await person.get(path, params={"q": secret, "resolve": "true"})
                assert response.status_code in (200, 401, 422), f"{who} {path}: {response.text}"
                if response.status_code == 200:
                    body: Any = response.json()
                    lists = body.values() if isinstance(body, dict) else [body]
                    assert not any(lists), f"{who} finds {secret} by {path}"


async def test_the_streams_of_inside_refuse_outsiders(vault: Vault) -> None:
    topics = (
        "user", "user/notification", "public", "public/local", "direct", f"hashtag?tag={TAG}", "list?list=1",
        "everything", f"search?q={TAG}", "search?q=x",
    )  # fmt: skip
    at_the_inside = {who: p for who, p in outsiders(vault).items() if p.host == INSIDE}
    assert len(at_the_inside) == 2
    for who, person in at_the_inside.items():
        for topic in topics:
            async with asyncio.timeout(10):
                response = await person.get(f"{STREAMS}/{topic}")
            assert response.status_code == 401, f"{who} {topic}"


async def test_files_of_inside_are_given_to_members_only(vault: Vault) -> None:
    path = f"/media/{vault.words['key']}"
    for who, person in outsiders(vault).items():
        assert (await person.get(path)).status_code == 404, who
    assert (await vault.square.person(INSIDE, "anna").get(path)).status_code == 200


async def test_members_do_find_what_outsiders_may_not(vault: Vault) -> None:
    """The walk can fail: the same requests, asked by those inside, show nearly every secret."""
    words = {**vault.words, "handle": ONLY_INSIDE, "name": TAG, "hashtag": TAG}
    insiders = [vault.square.person(INSIDE, handle) for handle in ("anna", "bjorn", ONLY_INSIDE)]
    shown: set[str] = set()
    for route in walked():
        if route.method == "GET":
            for request in requests(route, vault.ids, words):
                for person in insiders:
                    shown.update(leaks(vault, await look(person, request)))
    hidden = [secret for secret in vault.secrets if secret not in shown]
    assert len(hidden) < 4, f"the walk would not notice if these leaked: {hidden}"
