"""The wall within an inside network (DESIGN §2): what a guest and an ex-member can tell of it, on every route."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.closed import Closed, open_closed
from tests.contract.test_wall import leaks, located, look, seen, walked
from tests.contract.vault import ONLY_INSIDE, TAG, Vault, open_vault
from tests.contract.walk import requests
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, Person, open_square
from torg.kernel.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: What a network tells its guests: the rules of the house.
FOR_GUESTS = ("regel",)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vault(module_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Vault]:
    folder: Path = tmp_path_factory.mktemp("within")
    async with open_square(module_database, folder) as square:
        yield await open_vault(square)


async def guest_of_a_group(vault: Vault) -> Person:
    """A guest who is in one group, with one colleague whom nothing in the vault is about."""
    square, network = vault.square, vault.square.networks[INSIDE]
    guest, host, group = await square.add(INSIDE, "gustav"), await square.add(INSIDE, "klara"), new_id()
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (guest.id,))
        tenant = (network.org_id, network.id)
        await tx.run(
            "INSERT INTO accounts (org_id, network_id, id, handle, kind) VALUES (%s, %s, %s, 'meeting', 'group')",
            (*tenant, group),
        )
        await tx.run(
            "INSERT INTO groups (org_id, network_id, id, kind) VALUES (%s, %s, %s, 'private')", (*tenant, group)
        )
        for member in (guest, host):
            await tx.run(
                "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
                (*tenant, new_id(), member.id, group),
            )
    said = await host.says("Welcome to the meeting !meeting")
    assert (await guest.get(f"/api/v1/statuses/{said['id']}")).status_code == 200, "a guest reads in the group"
    return guest


async def walk(vault: Vault, who: str, person: Person, allowed: tuple[str, ...] = (), *, welcome: int = 0) -> list[str]:
    """Every route with every id: what it tells that it must not. At least `welcome` of the answers are 200."""
    words = {"handle": ONLY_INSIDE, "name": TAG, "hashtag": TAG, **vault.words}
    swapped, problems, count, let_in = vault.never(), [], 0, 0
    for route in walked():
        for request in requests(route, vault.ids, words):
            count += 1
            real = await look(person, request)
            let_in += real.status_code == 200
            where = f"{who}: {request.route} {dict(request.fields)} {real.status_code}"
            if real.status_code == 500:
                problems.append(f"{where}: 500 {real.text[:200]}")
            known = (*allowed, *request.ids)
            if found := [one for one in leaks(vault, real) if not any(word in one for word in known)]:
                problems.append(f"{where}: tells {found}")
            if request.ids:
                never = await look(person, request, swapped)
                one, other = seen(real, swapped), seen(never, swapped)
                if one != other or located(real, swapped) != located(never, swapped):
                    problems.append(f"{where}: differs from what never was\n    {one[1][:300]}\n    {other[1][:300]}")
    assert count > 300, "the walk reaches the routes"
    assert let_in >= welcome, f"only {let_in} of {count} answers are 200: the walk would not notice much"
    return problems


@pytest.mark.slow
async def test_a_guest_cannot_tell_what_is_outside_the_group_from_nothing(vault: Vault) -> None:
    problems = await walk(vault, "a guest", await guest_of_a_group(vault), FOR_GUESTS, welcome=100)
    assert not problems, f"{len(problems)} answers break the wall:\n  " + "\n  ".join(problems[:60])


@pytest.mark.slow
async def test_an_ex_member_has_nothing(vault: Vault) -> None:
    square = vault.square
    gone = await square.add(INSIDE, "carl")
    assert (await gone.get("/api/v1/timelines/home")).status_code == 200
    anna = square.person(INSIDE, "anna")
    ended = await anna.post(f"/api/v1/admin/accounts/{gone.id}/action", json={"type": "suspend"})
    assert ended.status_code == 200, ended.text
    await square.settle()
    problems = await walk(vault, "an ex-member", gone)
    assert not problems, f"{len(problems)} answers break the wall:\n  " + "\n  ".join(problems[:60])


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["hidden", "private"])
async def closed(request: pytest.FixtureRequest, vault: Vault) -> Closed:
    return await open_closed(vault.square, request.param)


async def test_a_colleague_finds_nothing_of_a_closed_group(closed: Closed) -> None:
    paths = ("/api/v2/search", "/api/v1/accounts/search", "/api/torg/v1/groups", "/api/torg/v1/directory")
    for secret in closed.secrets:
        for path in paths:
            response = await closed.colleague.get(path, params={"q": secret, "resolve": "true"})
            assert response.status_code == 200, f"{path}: {response.text}"
            body = response.json()
            lists = body.values() if isinstance(body, dict) else [body]
            assert not any(lists), f"a colleague finds {secret} by {path}: {response.text[:300]}"


async def test_those_in_a_closed_group_do_find_it(closed: Closed) -> None:
    """The walk can fail: the same requests, asked by those in the group, show nearly every secret."""
    square = closed.square
    insiders = [square.person(INSIDE, handle) for handle in ("anna", "bjorn", f"svea{closed.kind}")]
    shown: set[str] = set()
    for route in walked():
        if route.method == "GET":
            for request in requests(route, closed.ids, closed.words):
                for person in insiders:
                    shown.update(leaks(closed, await look(person, request)))
    hidden = [secret for secret in closed.secrets if secret not in shown]
    assert len(hidden) < 4, f"the walk would not notice if these leaked: {hidden}"


@pytest.mark.slow
async def test_a_colleague_cannot_tell_what_is_in_a_closed_group_from_nothing(closed: Closed) -> None:
    problems = await walk(closed, "a colleague", closed.colleague, welcome=100)
    assert not problems, f"{len(problems)} answers break the wall:\n  " + "\n  ".join(problems[:60])
