"""The wall has no clock (DESIGN §2.4): for an id of inside PostgreSQL is asked the same as for one that never was.

What takes the same statements in the same order takes the same time, as far as we can tell it apart; so statements are
compared, not seconds. Passwords and mails have their own tests: their work is put down, the same for every address.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.contract.closed import open_closed
from tests.contract.test_wall import look, outsiders, walked
from tests.contract.test_wall_within import guest_of_a_group
from tests.contract.vault import ONLY_INSIDE, TAG, Vault, open_vault
from tests.contract.walk import requests
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import Person, open_square
from torg.engine.postgres import Tx

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: What is written down or kept in memory for some seconds is asked for now and then, whatever the request is.
NOW_AND_THEN = re.compile(r"last_used_at|account_days|refused_addresses|FROM networks WHERE host|FROM blocked_ips")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vault(module_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Vault]:
    folder: Path = tmp_path_factory.mktemp("work")
    async with open_square(module_database, folder) as square:
        yield await open_vault(square)


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements that go to PostgreSQL meanwhile."""
    heard: list[str] = []
    before = Tx._cursor  # the one place through which every statement goes

    async def listening(self: Tx, sql: str, params: Any, factory: Any) -> Any:
        if not NOW_AND_THEN.search(sql):
            heard.append(" ".join(sql.split()))
        return await before(self, sql, params, factory)

    Tx._cursor = listening  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        Tx._cursor = before  # type: ignore[method-assign]


async def compared(vault: Vault, people: dict[str, Person], least: int) -> list[str]:
    """Every reading route with every id: where it asks the database something else than for an id that never was."""
    words = {"handle": ONLY_INSIDE, "name": TAG, "hashtag": TAG, **vault.words}
    swapped, problems, count = vault.never(), [], 0
    for route in walked():
        if route.method != "GET":
            continue
        for request in requests(route, vault.ids, words):
            if not request.ids:
                continue
            for who, person in people.items():
                await look(person, request, swapped)  # what is kept in memory is there from now on
                with asked() as of_real:
                    await look(person, request)
                with asked() as of_never:
                    await look(person, request, swapped)
                count += bool(of_real)
                if of_real != of_never:
                    first = next(i for i in range(99) if of_real[i : i + 1] != of_never[i : i + 1])
                    problems.append(
                        f"{who}: {request.route} {dict(request.fields)}: {len(of_real)} statements, {len(of_never)} for"
                        f" nothing; then {of_real[first : first + 1]} and {of_never[first : first + 1]}"[:900]
                    )
    assert count > least, f"only {count} requests asked anything"
    return problems


@pytest.mark.slow
async def test_outside_an_id_of_inside_is_no_more_work(vault: Vault) -> None:
    problems = await compared(vault, outsiders(vault), 200)
    assert not problems, f"{len(problems)} tell by their work:\n  " + "\n  ".join(problems[:40])


@pytest.mark.slow
async def test_an_id_outside_the_groups_is_no_more_work_for_a_guest(vault: Vault) -> None:
    problems = await compared(vault, {"a guest": await guest_of_a_group(vault)}, 50)
    assert not problems, f"{len(problems)} tell by their work:\n  " + "\n  ".join(problems[:40])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["hidden", "private"])
async def test_an_id_in_a_closed_group_is_no_more_work_for_a_colleague(vault: Vault, kind: str) -> None:
    closed = await open_closed(vault.square, kind)
    problems = await compared(closed, {"a colleague": closed.colleague}, 50)
    assert not problems, f"{len(problems)} tell by their work:\n  " + "\n  ".join(problems[:40])
