"""`torg key rotate` as it is called."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.cli.test_inside_commands import Torg
from tests.cli.test_inside_commands import torg as torg
from tests.cli.test_office import OTHER
from tests.cli.test_office import installation as installation
from torg.accounts import actions as accounts
from torg.cli.opening import opened
from torg.kernel.actor import NetworkKind
from torg.kernel.config import load
from torg.orgs import actions as orgs

pytestmark = pytest.mark.usefixtures("installation")

OPEN = "open.example"


async def _found() -> None:
    async with opened(load()) as services:
        async with services.db.system() as tx:
            await orgs.add_organisation(tx, "Open")
            network = await orgs.add_network(tx, "Open", NetworkKind.PUBLIC, OPEN)
        async with services.db.tx(network.scope) as tx:
            await accounts.create_account(tx, "anna")


def test_keys_are_changed_and_mistakes_told(torg: Torg) -> None:
    asyncio.run(_found())
    status, said, _ = torg("key", "rotate", "anna", "--network", OPEN, "--json")
    first = json.loads(said)
    assert status == 0
    assert first["key_id"].startswith(f"http://{OPEN}/users/anna#key-")
    assert first["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    assert json.loads(torg("key", "rotate", "@anna", "--network", OPEN, "--json")[1])["key_id"] != first["key_id"]
    assert f"http://{OPEN}/actor#key-" in torg("key", "rotate", "--network", OPEN)[1]
    status, _, wrong = torg("key", "rotate", "nobody", "--network", OPEN)
    assert (status, "no account @nobody" in wrong) == (2, True)
    status, _, wrong = torg("key", "rotate", "--network", OTHER)
    assert (status, "does not speak with other servers" in wrong) == (2, True)
