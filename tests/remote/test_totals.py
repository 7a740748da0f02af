"""What another server states of an account's size is shown, and never less than we know ourselves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.arriving import comes, followed, note_of
from tests.fixtures.fediverse import Citizen, Elsewhere, Home
from torg.remote import totals


def states(who: Citizen, **numbers: Any) -> None:
    """The collections of somebody, each with its number."""
    for name, total in numbers.items():
        path = f"/users/{who.name}/{name}"
        collection = {"id": who.server.origin + path, "type": "OrderedCollection", "totalItems": total}
        who.server.serve(path, collection)


async def seen(home: Home, account_id: int) -> tuple[int, int, int]:
    found = (await home.anna.get(f"/api/v1/accounts/{account_id}")).json()
    return found["statuses_count"], found["followers_count"], found["following_count"]


async def test_they_are_read_with_the_actor(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    states(carol, outbox=4711, followers=815, following=42)
    account = await followed(home, carol, home.anna)
    assert await seen(home, account.id) == (4711, 815, 42)
    await comes(home, carol, carol.activity("Create", note_of(carol, "one more")))
    assert await seen(home, account.id) == (4711, 815, 42), "what came is among those that there are"
    states(carol, outbox=4712, followers=0, following=43)
    await comes(home, carol, carol.activity("Update", carol.document))
    assert elsewhere.gets_of("/users/carol/outbox") == 1, "asked once in a while, however often the actor is read"
    async with home.services.db.system() as tx:
        await tx.run("UPDATE remote_actors SET totals_at = totals_at - %s", (totals.EVERY,))
    await comes(home, carol, carol.activity("Update", carol.document))
    assert await seen(home, account.id) == (4712, 1, 43), "Anna follows, whatever is said"
    page = await home.nobody().get(f"/@{account.acct}", headers={"accept": "text/html"})
    assert "4,712" in page.text or "4712" in page.text


@pytest.mark.parametrize("total", ["many", -5, 10**400, None, {"a": 1}, True])
async def test_nonsense_is_no_number(home: Home, elsewhere: Elsewhere, total: Any) -> None:
    carol = elsewhere.add("carol")
    states(carol, outbox=total, followers=7)
    elsewhere.status["/users/carol/following"] = 403
    account = await followed(home, carol, home.anna)
    posts, followers, following = await seen(home, account.id)
    assert (followers, following) == (7, 0)
    assert posts in (0, totals.MOST)


async def test_collections_of_another_server_say_nothing_of_it(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    states(carol, outbox=3)
    carol.document["followers"] = "http://127.0.0.2:9/followers"
    account = await followed(home, carol, home.anna)
    assert await seen(home, account.id) == (3, 1, 0)
