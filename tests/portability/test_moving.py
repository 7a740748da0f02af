"""Aliases, moving with one's followers, and closing one's account."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.access import passwords
from torg.mastodon_api import entities

PASSWORD = "correct horse battery"
ANNA = f"http://{PUBLIC}/users/anna"
SHOP = f"http://{PUBLIC}/users/shop"


@pytest.fixture
async def town(square: Square) -> Square:
    """The square, where everybody has a password."""
    known = await passwords.hashed(PASSWORD)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE persons SET password_hash = %s", (known,))
    return square


async def moves(person: Person, to: str, password: str = PASSWORD) -> tuple[int, Any]:
    answer = await person.post("/api/v1/accounts/move", json={"password": password, "moved_to_uri": to})
    return answer.status_code, answer.json()


async def test_followers_come_along_once_with_what_they_had_set(town: Square) -> None:
    anna, shop, bjorn, reporter = town.anna, town.shop, town.bjorn, town.reporter
    await bjorn.post(f"/api/v1/accounts/{anna.id}/follow", json={"reblogs": False, "notify": True})
    await reporter.follows(anna)
    list_id = (await bjorn.post("/api/v1/lists", json={"title": "Friends"})).json()["id"]
    await bjorn.post(f"/api/v1/lists/{list_id}/accounts", json={"account_ids": [str(anna.id)]})
    await shop.post(f"/api/v1/accounts/{reporter.id}/block")
    assert (await moves(anna, SHOP))[0] == 422
    named = await shop.post("/api/v1/accounts/alias", json={"also_known_as_uris": [ANNA]})
    assert named.status_code == 200, named.text
    check(named.json(), entities.CredentialAccount)
    for _again in range(2):
        assert await moves(anna, SHOP) == (202, {})
        await town.settle()
    tie = (await bjorn.get("/api/v1/accounts/relationships", params={"id[]": shop.id})).json()[0]
    assert (tie["following"], tie["showing_reblogs"], tie["notifying"]) == (True, False, True)
    followers = (await bjorn.get(f"/api/v1/accounts/{shop.id}/followers")).json()
    assert [one["acct"] for one in followers] == ["bjorn"]
    members = (await bjorn.get(f"/api/v1/lists/{list_id}/accounts")).json()
    assert [one["acct"] for one in members] == ["shop"]
    stayed = (await bjorn.get(f"/api/v1/accounts/{anna.id}/followers")).json()
    assert [one["acct"] for one in stayed] == ["reporter"]  # a block is between the two
    seen = (await bjorn.get(f"/api/v1/accounts/{anna.id}")).json()
    check(seen, entities.Account)
    assert seen["moved"]["acct"] == "shop"


async def test_who_moved_posts_no_more(town: Square) -> None:
    post = await town.bjorn.says("hello")
    await town.shop.post("/api/v1/accounts/alias", json={"also_known_as_uris": ["@anna"]})
    assert await moves(town.anna, f"http://{PUBLIC}/@shop") == (202, {})
    for path, body in (
        ("/api/v1/statuses", {"status": "still here"}),
        ("/api/v1/statuses", {"status": "@bjorn still here", "visibility": "direct"}),
        (f"/api/v1/statuses/{post['id']}/reblog", {}),
    ):
        answer = await town.anna.post(path, json=body)
        assert (answer.status_code, answer.json()["error"]) == (403, "Your login is currently disabled")
    assert (await town.bjorn.post(f"/api/v1/accounts/{town.anna.id}/follow")).status_code == 403


async def test_a_move_needs_the_password_and_both_sides(town: Square) -> None:
    await town.shop.post("/api/v1/accounts/alias", json={"also_known_as_uris": [ANNA]})
    assert (await moves(town.anna, SHOP, "wrong"))[0] == 403
    assert (await moves(town.anna, SHOP, ""))[0] == 422
    for to in (
        "",
        ANNA,
        f"http://{PUBLIC}/users/bjorn",
        "nobody",
        "http://[",
        "x" * 5000,
        "https://elsewhere.example/u/1",
    ):
        assert (await moves(town.anna, to))[0] == 422, to
    await town.shop.post("/api/v1/accounts/alias", json={"also_known_as_uris": []})
    assert (await moves(town.anna, SHOP))[0] == 422


async def test_an_account_of_another_network_is_one_that_never_was(town: Square) -> None:
    inside, olga = town.person(INSIDE, "bjorn"), town.person(OTHER, "olga")
    await inside.post("/api/v1/accounts/alias", json={"also_known_as_uris": ["@anna"]})
    real = await moves(town.anna, f"http://{INSIDE}/users/bjorn")
    assert real == await moves(town.anna, f"http://{INSIDE}/users/never-was")
    for person, uri in (
        (town.anna, f"http://{INSIDE}/users/anna"),
        (town.anna, "@olga"),
        (olga, ANNA),
        (olga, "@anna"),
    ):
        assert (await person.post("/api/v1/accounts/alias", json={"also_known_as_uris": [uri]})).status_code == 422
    for path in ("alias", "move", "delete"):
        assert (await town.nobody().post(f"/api/v1/accounts/{path}")).status_code == 401
        there = Person(town, INSIDE, "bjorn", town.bjorn.id, town.bjorn.token)
        assert (await there.post(f"/api/v1/accounts/{path}")).status_code == 401


async def test_a_closed_account_is_gone_with_what_it_said(town: Square) -> None:
    post = await town.shop.says("special offer")
    wrong = await town.shop.post("/api/v1/accounts/delete", json={"password": "wrong"})
    assert wrong.status_code == 403
    assert (await town.shop.post("/api/v1/accounts/delete", data={"password": PASSWORD})).status_code == 202
    assert (await town.bjorn.get(f"/api/v1/accounts/{town.shop.id}")).status_code == 404
    await town.settle()
    assert (await town.bjorn.get(f"/api/v1/statuses/{post['id']}")).status_code == 404
    assert (await town.shop.get("/api/v1/accounts/verify_credentials")).status_code == 401
