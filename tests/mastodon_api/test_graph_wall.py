"""The wall on every route of the graph: an id of elsewhere is an id that never was; nobody sees nothing inside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square

NEVER = 4_711
VERBS = (
    "follow", "unfollow", "remove_from_followers", "block", "unblock", "mute", "unmute", "pin", "unpin", "endorse",
    "unendorse", "note",
)  # fmt: skip
ABOUT_ACCOUNTS = [
    *(("POST", f"/api/v1/accounts/{{id}}/{verb}") for verb in VERBS),
    *(("GET", f"/api/v1/accounts/{{id}}/{part}") for part in (
        "followers", "following", "endorsements", "featured_tags", "lists", "collections", "in_collections",
    )),
    ("GET", "/api/v1/{id}/collections"),
    ("GET", "/api/v1/{id}/in_collections"),
    ("POST", "/api/v1/follow_requests/{id}/authorize"),
    ("POST", "/api/v1/follow_requests/{id}/reject"),
    ("DELETE", "/api/v1/suggestions/{id}"),
]  # fmt: skip
OPEN = [
    "/api/v1/accounts/{id}/followers", "/api/v1/accounts/{id}/following", "/api/v1/accounts/{id}/endorsements",
    "/api/v1/accounts/{id}/featured_tags", "/api/v1/accounts/{id}/collections", "/api/v1/{id}/collections",
    "/api/v1/collections/{id}", "/api/v1/tags/torg", "/api/v1/directory",
]  # fmt: skip


async def answer(person: Person, method: str, path: str, **options: Any) -> tuple[int, str]:
    response = await person.http.request(method, path, **options)
    return response.status_code, response.text


@pytest.mark.parametrize(("method", "path"), ABOUT_ACCOUNTS)
async def test_accounts_of_elsewhere_do_not_exist(square: Square, method: str, path: str) -> None:
    never = await answer(square.anna, method, path.format(id=NEVER))
    assert never[0] == 404
    for person in (square.person(INSIDE, "bjorn"), square.person(OTHER, "olga")):
        assert await answer(square.anna, method, path.format(id=person.id)) == never
        assert await answer(person, method, path.format(id=square.bjorn.id)) == never


async def test_own_things_of_elsewhere_do_not_exist(square: Square) -> None:
    inside = square.person(INSIDE, "anna")
    list_id = (await inside.post("/api/v1/lists", json={"title": "secret"})).json()["id"]
    tag_id = (await inside.post("/api/v1/featured_tags", json={"name": "secret"})).json()["id"]
    made = (await inside.post("/api/v1/collections", json={"name": "secret", "account_ids": [inside.id]})).json()
    collection, item = made["collection"]["id"], made["collection"]["items"][0]["id"]
    for method, path, real, never in (
        ("GET", "/api/v1/lists/{}", [list_id], [NEVER]),
        ("PUT", "/api/v1/lists/{}", [list_id], [NEVER]),
        ("DELETE", "/api/v1/lists/{}", [list_id], [NEVER]),
        ("GET", "/api/v1/lists/{}/accounts", [list_id], [NEVER]),
        ("POST", "/api/v1/lists/{}/accounts", [list_id], [NEVER]),
        ("DELETE", "/api/v1/lists/{}/accounts", [list_id], [NEVER]),
        ("DELETE", "/api/v1/featured_tags/{}", [tag_id], [NEVER]),
        ("GET", "/api/v1/collections/{}", [collection], [NEVER]),
        ("PATCH", "/api/v1/collections/{}", [collection], [NEVER]),
        ("DELETE", "/api/v1/collections/{}", [collection], [NEVER]),
        ("POST", "/api/v1/collections/{}/items", [collection], [NEVER]),
        ("DELETE", "/api/v1/collections/{}/items/{}", [collection, item], [NEVER, NEVER]),
        ("POST", "/api/v1/collections/{}/items/{}/revoke", [collection, item], [NEVER, NEVER]),
    ):
        for person in (square.anna, square.person(OTHER, "olga")):
            expected = await answer(person, method, path.format(*never))
            assert expected[0] == 404, path
            assert await answer(person, method, path.format(*real)) == expected
    assert (await inside.get(f"/api/v1/lists/{list_id}")).status_code == 200
    assert (await inside.get(f"/api/v1/collections/{collection}")).status_code == 200


async def test_lists_of_ids_leave_out_elsewhere(square: Square) -> None:
    ids = [square.person(INSIDE, "bjorn").id, square.person(OTHER, "olga").id, NEVER]
    for path in ("/api/v1/accounts/relationships", "/api/v1/accounts/familiar_followers"):
        assert (await square.anna.get(path, params={"id[]": ids, "with_suspended": "true"})).json() == []
    list_id = (await square.anna.post("/api/v1/lists", json={"title": "x"})).json()["id"]
    answers = {
        await answer(square.anna, "POST", f"/api/v1/lists/{list_id}/accounts", json={"account_ids": [id_]})
        for id_ in ids
    }
    assert answers == {(404, '{"error":"Record not found"}')}


async def test_what_happens_inside_stays_inside(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await bjorn.says("only here #secret")
    await anna.follows(bjorn)
    await anna.post("/api/v1/tags/secret/follow")
    for person in (square.anna, square.bjorn, square.person(OTHER, "olga")):
        shown = (await person.get("/api/v1/tags/secret")).json()
        assert (shown["id"], shown["following"]) == ("0", False)
        assert {day["uses"] for day in shown["history"]} == {"0"}
        for path in (
            "/api/v1/followed_tags",
            "/api/v1/lists",
            "/api/v2/suggestions",
            "/api/v1/featured_tags/suggestions",
        ):
            assert (await person.get(path)).json() == [], path
    for host in (PUBLIC, OTHER):
        everyone = (await square.nobody(host).get("/api/v1/directory", params={"order": "new"})).json()
        here = {str(p.id) for (where, _), p in square.people.items() if where == host}
        assert {account["id"] for account in everyone} == here


@pytest.mark.parametrize("path", OPEN)
async def test_nobody_sees_nothing_inside(square: Square, path: str) -> None:
    nobody, anna = square.nobody(INSIDE), square.person(INSIDE, "anna")
    real, never = [await answer(nobody, "GET", path.format(id=id_)) for id_ in (anna.id, NEVER)]
    assert real == never
    assert real[0] == 401
