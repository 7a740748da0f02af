"""Following at the API: relationships, requests, counters, lists of followers."""

from __future__ import annotations

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Person, Square
from torg.mastodon_api import entities


async def relationship(viewer: Person, other: Person) -> dict[str, object]:
    response = await viewer.get("/api/v1/accounts/relationships", params={"id[]": other.id})
    assert response.status_code == 200, response.text
    check_list(response.json(), entities.Relationship, at_least=1)
    found: dict[str, object] = response.json()[0]
    return found


async def counters(person: Person) -> tuple[int, int]:
    """(followers, following)"""
    async with person.square.services.db.system() as tx:
        row = await tx.one("SELECT followers_count, following_count FROM accounts WHERE id = %s", (person.id,))
    assert row is not None
    return row["followers_count"], row["following_count"]


async def lock(person: Person) -> None:
    async with person.square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET locked = true WHERE id = %s", (person.id,))


async def events(square: Square) -> list[str]:
    async with square.services.db.system() as tx:
        return await tx.column("SELECT kind FROM outbox ORDER BY id")


async def test_follow_and_unfollow(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    response = await anna.post(f"/api/v1/accounts/{bjorn.id}/follow")
    assert response.status_code == 200
    check(response.json(), entities.Relationship)
    assert response.json()["following"] is True
    assert response.json()["showing_reblogs"] is True
    assert (await relationship(bjorn, anna))["followed_by"] is True
    assert await counters(anna) == (0, 1)
    assert await counters(bjorn) == (1, 0)
    assert (await anna.post(f"/api/v1/accounts/{bjorn.id}/follow")).status_code == 200
    assert await counters(bjorn) == (1, 0)
    response = await anna.post(f"/api/v1/accounts/{bjorn.id}/unfollow")
    assert response.json()["following"] is False
    assert (await anna.post(f"/api/v1/accounts/{bjorn.id}/unfollow")).json()["following"] is False
    assert await counters(anna) == (0, 0)
    assert await counters(bjorn) == (0, 0)


async def test_options_change_only_what_is_given(square: Square) -> None:
    path = f"/api/v1/accounts/{square.bjorn.id}/follow"
    first = (await square.anna.post(path, json={"reblogs": False, "languages": ["sv", "en"]})).json()
    assert (first["showing_reblogs"], first["notifying"], first["languages"]) == (False, False, ["sv", "en"])
    second = (await square.anna.post(path, data={"notify": "1"})).json()
    assert (second["showing_reblogs"], second["notifying"], second["languages"]) == (False, True, ["sv", "en"])
    third = (await square.anna.post(path, json={"languages": []})).json()
    assert third["languages"] is None
    assert (await square.anna.post(path, json={"languages": ["klingon!"]})).status_code == 422


async def test_not_oneself(square: Square) -> None:
    response = await square.anna.post(f"/api/v1/accounts/{square.anna.id}/follow")
    assert response.status_code == 403
    check(response.json(), entities.Error)
    found = await relationship(square.anna, square.anna)
    assert (found["following"], found["followed_by"], found["requested"]) == (False, False, False)


async def test_locked_accounts_are_asked(square: Square) -> None:
    anna, bjorn, shop = square.anna, square.bjorn, square.shop
    await lock(bjorn)
    for asker in (anna, shop):
        asked = (await asker.post(f"/api/v1/accounts/{bjorn.id}/follow", json={"notify": True})).json()
        assert (asked["requested"], asked["following"], asked["notifying"]) == (True, False, True)
    assert (await relationship(bjorn, anna))["requested_by"] is True
    assert await counters(bjorn) == (0, 0)
    waiting = await bjorn.get("/api/v1/follow_requests")
    check_list(waiting.json(), entities.Account, at_least=2)
    assert [a["username"] for a in waiting.json()] == ["shop", "anna"]
    accepted = await bjorn.post(f"/api/v1/follow_requests/{anna.id}/authorize")
    check(accepted.json(), entities.Relationship)
    assert accepted.json()["followed_by"] is True
    after = await relationship(anna, bjorn)
    assert (after["following"], after["requested"], after["notifying"]) == (True, False, True)
    assert await counters(bjorn) == (1, 0)
    rejected = await bjorn.post(f"/api/v1/follow_requests/{shop.id}/reject")
    assert rejected.json()["requested_by"] is False
    assert (await bjorn.get("/api/v1/follow_requests")).json() == []
    for verb in ("authorize", "reject"):
        assert (await bjorn.post(f"/api/v1/follow_requests/{shop.id}/{verb}")).status_code == 404
    kinds = await events(square)
    assert [k for k in kinds if k.startswith("Follow")] == [
        "FollowRequested", "FollowRequested", "FollowAccepted", "FollowRejected",
    ]  # fmt: skip


async def test_remove_from_followers(square: Square) -> None:
    await square.anna.follows(square.bjorn)
    response = await square.bjorn.post(f"/api/v1/accounts/{square.anna.id}/remove_from_followers")
    assert response.json()["followed_by"] is False
    assert await counters(square.bjorn) == (0, 0)


async def test_relationships_keep_the_order_and_leave_out_the_unknown(square: Square) -> None:
    anna, ids = square.anna, [square.shop.id, 12345, square.bjorn.id, square.shop.id]
    found = (await anna.get("/api/v1/accounts/relationships", params={"id[]": ids})).json()
    assert [r["id"] for r in found] == [str(square.shop.id), str(square.bjorn.id)]
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET suspended_at = now() WHERE id = %s", (square.shop.id,))
    found = (await anna.get("/api/v1/accounts/relationships", params={"id[]": ids})).json()
    assert [r["id"] for r in found] == [str(square.bjorn.id)]
    found = await anna.get("/api/v1/accounts/relationships", params={"id[]": ids, "with_suspended": "true"})
    assert len(found.json()) == 2


@pytest.mark.parametrize("direction", ["followers", "following"])
async def test_pages_of_follows(square: Square, direction: str) -> None:
    people = [await square.add("acme.test", f"fan{n}") for n in range(5)]
    for person in people:
        if direction == "followers":
            await person.follows(square.anna)
        else:
            await square.anna.follows(person)
    url: str | None = f"/api/v1/accounts/{square.anna.id}/{direction}?limit=2"
    seen: list[str] = []
    backwards = None
    while url:
        response = await square.nobody().get(url)
        assert response.status_code == 200
        check(response.json(), list[entities.Account])
        seen += [a["username"] for a in response.json()]
        url = response.links.get("next", {}).get("url") if response.json() else None
        backwards = response.links.get("prev", {}).get("url") or backwards
    assert seen == [f"fan{n}" for n in (4, 3, 2, 1, 0)]
    assert backwards is not None
    before = (await square.nobody().get(backwards)).json()
    assert [a["username"] for a in before] == ["fan2", "fan1"]


async def test_hidden_and_excluded_followers(square: Square) -> None:
    anna, bjorn, shop = square.anna, square.bjorn, square.shop
    await bjorn.follows(anna)
    await shop.follows(anna)
    path = f"/api/v1/accounts/{anna.id}/followers"
    await square.reporter.post(f"/api/v1/accounts/{shop.id}/mute")
    assert [a["username"] for a in (await square.reporter.get(path)).json()] == ["bjorn"]
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET suspended_at = now() WHERE id = %s", (bjorn.id,))
    assert [a["username"] for a in (await square.nobody().get(path)).json()] == ["shop"]
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET hide_collections = true WHERE id = %s", (anna.id,))
    assert (await square.nobody().get(path)).json() == []
    assert [a["username"] for a in (await anna.get(path)).json()] == ["shop"]


async def test_the_home_timeline_follows_the_follow(square: Square) -> None:
    said = await square.bjorn.says("hello")
    assert (await square.anna.get("/api/v1/timelines/home")).json() == []
    await square.anna.follows(square.bjorn)
    assert [s["id"] for s in (await square.anna.get("/api/v1/timelines/home")).json()] == [said["id"]]


async def test_unlocking_lets_in_those_who_wait(square: Square) -> None:
    anna, bjorn, shop = square.anna, square.bjorn, square.shop
    await anna.patch("/api/v1/accounts/update_credentials", data={"locked": "true"})
    for asker in (bjorn, shop):
        await asker.post(f"/api/v1/accounts/{anna.id}/follow", json={"reblogs": False})
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET silenced_at = now() WHERE id = %s", (shop.id,))
    await anna.patch("/api/v1/accounts/update_credentials", data={"note": "still locked"})
    await square.settle()
    assert len((await anna.get("/api/v1/follow_requests")).json()) == 2
    await anna.patch("/api/v1/accounts/update_credentials", data={"locked": "false"})
    await square.settle()
    state = await relationship(bjorn, anna)
    assert (state["following"], state["requested"], state["showing_reblogs"]) == (True, False, False)
    assert [a["username"] for a in (await anna.get("/api/v1/follow_requests")).json()] == ["shop"]
    assert await counters(anna) == (1, 0)
