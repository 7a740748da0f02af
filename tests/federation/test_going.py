"""Whoever is deleted, by whatever way, is deleted on other servers too: they get a Delete whose signature holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from tests.federation.arriving import comes, count
from tests.fixtures.fediverse import AP, Citizen, Elsewhere, Home
from torg.access import passwords
from torg.accounts import actions as accounts
from torg.cli.operator import operator
from torg.delivery.courier import Courier
from torg.engine import jobs
from torg.engine.worker import Worker
from torg.joining import leaving
from torg.kernel.errors import Invalid
from torg.serve.jobs import HANDLERS
from torg.signing import gone

ADMIN = "/api/torg/v1/admin"
PASSWORD = "correct horse battery"


async def followed_by(home: Home, elsewhere: Elsewhere) -> tuple[Citizen, str]:
    """A follower of Björn on another server, which knows his key. And the address of his actor."""
    carol = elsewhere.add("carol")
    actor = home.actor_id("bjorn")
    await comes(home, carol, carol.activity("Follow", actor))
    await Courier(home.services).drain()
    [accept] = await elsewhere.arrived(1, "Accept")
    assert accept.key_id == f"{actor}#main-key"
    return carol, actor


async def heard(elsewhere: Elsewhere, actor: str) -> None:
    """Nothing was refused, and whoever looks finds a tombstone."""
    [delete] = await elsewhere.arrived(1, "Delete")
    assert (delete.activity["actor"], delete.activity["object"]) == (actor, actor)
    assert delete.key_id == f"{actor}#main-key"
    assert elsewhere.refused == []
    async with httpx2.AsyncClient() as client:
        answer = await client.get(actor, headers={"accept": AP})
    assert answer.status_code == 410
    assert (answer.json()["type"], answer.json()["id"]) == ("Tombstone", actor)


async def by_oneself(home: Home) -> None:
    known = await passwords.hashed(PASSWORD)
    async with home.services.db.system() as tx:
        await tx.run("UPDATE persons SET password_hash = %s", (known,))
    answer = await home.bjorn.post("/api/v1/accounts/delete", data={"password": PASSWORD})
    assert answer.status_code == 202, answer.text


async def by_a_moderator(home: Home) -> None:
    act = f"/api/v1/admin/accounts/{home.bjorn.id}"
    assert (await home.anna.post(f"{act}/action", data={"type": "suspend"})).status_code == 200
    assert (await home.anna.delete(act)).status_code == 200


async def by_an_administrator(home: Home) -> None:
    assert (await home.anna.delete(f"{ADMIN}/members/{home.bjorn.id}")).status_code == 200


async def erased(home: Home) -> None:
    answer = await home.anna.post(f"{ADMIN}/accounts/{home.bjorn.id}/erase", json={"mode": "delete"})
    assert answer.status_code == 200, answer.text


async def anonymised(home: Home) -> None:
    answer = await home.anna.post(f"{ADMIN}/accounts/{home.bjorn.id}/erase", json={"mode": "anonymise"})
    assert answer.status_code == 200, answer.text


async def by_the_operator(home: Home) -> None:
    """As `torg person remove` does."""
    async with home.services.db.tx(home.network.scope) as tx:
        await leaving.remove(tx, operator(home.network), home.bjorn.id)


WAYS = [by_oneself, by_a_moderator, by_an_administrator, by_the_operator, erased, anonymised]


@pytest.mark.parametrize("goes", WAYS, ids=lambda way: way.__name__)
async def test_the_other_server_hears_of_it(
    home: Home, elsewhere: Elsewhere, goes: Callable[[Home], Awaitable[None]]
) -> None:
    _, actor = await followed_by(home, elsewhere)
    await home.bjorn.says("the last words")
    await goes(home)
    await home.settle()  # all that follows at home, before anything is brought
    await Courier(home.services).drain()
    await heard(elsewhere, actor)
    await home.settle()
    await Courier(home.services).drain()
    assert len([one for one in elsewhere.received if one.type == "Delete"]) == 1
    async with home.services.db.tx(home.network.scope) as tx:
        with pytest.raises(Invalid, match="taken"):  # elsewhere a new one would be the same, and dead
            await accounts.create_account(tx, "Bjorn")


@pytest.mark.parametrize("goes", [erased, anonymised], ids=lambda way: way.__name__)
async def test_also_when_the_row_is_gone_before_anything_was_said(
    home: Home, elsewhere: Elsewhere, goes: Callable[[Home], Awaitable[None]]
) -> None:
    _, actor = await followed_by(home, elsewhere)
    await home.bjorn.says("the last words")
    await home.settle()
    waiting = await count(home, "activities", "convert_from(body, 'UTF8') LIKE '%the last words%'")
    await goes(home)
    await Worker(home.services.db, HANDLERS, home.services).drain()
    assert await count(home, "accounts", f"id = {home.bjorn.id} AND handle = 'bjorn'") == 0
    assert waiting == 1
    assert await count(home, "activities") == 0, "what was not brought yet is not said any more"
    await home.settle()
    await Courier(home.services).drain()
    await heard(elsewhere, actor)


async def test_name_and_key_go_when_everybody_has_heard(home: Home, elsewhere: Elsewhere) -> None:
    _, actor = await followed_by(home, elsewhere)
    await elsewhere.die()
    await erased(home)
    await home.settle()
    await later(home)
    assert await count(home, "gone_actors", "private_pem IS NOT NULL") == 1, "somebody has not heard yet"
    async with home.services.db.system() as tx:
        await tx.run("DELETE FROM deliveries")  # given up, and forgotten
        await tx.run("UPDATE activities SET laned_at = now() - interval '1 day'")
        await tx.run("DELETE FROM jobs WHERE kind = 'sweep_deliveries'")
        await jobs.enqueue(tx, "sweep_deliveries", org_id=0, network_id=0)
    await home.settle()
    await later(home)
    assert await count(home, "gone_actors", "handle IS NOT NULL OR private_pem IS NOT NULL") == 0
    async with httpx2.AsyncClient() as client:
        assert (await client.get(actor, headers={"accept": AP})).status_code == 410


async def later(home: Home) -> None:
    """A day on, kept keys are looked through."""
    async with home.services.db.system() as tx:
        await tx.run("UPDATE gone_actors SET created_at = created_at - interval '2 days'")
        await jobs.enqueue(tx, gone.SWEEP, org_id=0, network_id=0)
    await home.settle()
