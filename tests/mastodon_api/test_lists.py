"""Lists and their members at the API."""

from __future__ import annotations

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Square
from tests.mastodon_api.graph_helpers import kinds, names, walk
from torg.mastodon_api import entities


async def test_make_change_and_delete(square: Square) -> None:
    anna = square.anna
    made = await anna.post("/api/v1/lists", data={"title": " Friends "})
    check(made.json(), entities.List)
    id_ = made.json()["id"]
    assert made.json() == {"id": id_, "title": "Friends", "replies_policy": "list", "exclusive": False}
    changed = await anna.put(f"/api/v1/lists/{id_}", json={"replies_policy": "none", "exclusive": True})
    assert changed.json() == {"id": id_, "title": "Friends", "replies_policy": "none", "exclusive": True}
    check_list((await anna.get("/api/v1/lists")).json(), entities.List, at_least=1)
    assert (await anna.get(f"/api/v1/lists/{id_}")).json() == changed.json()
    for other in (square.bjorn, square.person("inside.acme.test", "anna")):
        assert (await other.get("/api/v1/lists")).json() == []
        for answer in (
            await other.get(f"/api/v1/lists/{id_}"),
            await other.put(f"/api/v1/lists/{id_}", json={"title": "mine"}),
            await other.delete(f"/api/v1/lists/{id_}"),
            await other.get(f"/api/v1/lists/{id_}/accounts"),
            await other.post(f"/api/v1/lists/{id_}/accounts", json={"account_ids": [other.id]}),
            await other.delete(f"/api/v1/lists/{id_}/accounts", params={"account_ids[]": other.id}),
        ):
            assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
    assert (await anna.delete(f"/api/v1/lists/{id_}")).json() == {}
    assert (await anna.get(f"/api/v1/lists/{id_}")).status_code == 404
    assert (await kinds(square)).count("ListChanged") == 3


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "Validation failed: Title can't be blank"),
        ({"title": "  "}, "Validation failed: Title can't be blank"),
        ({"title": "x" * 257}, "Validation failed: Title is too long (maximum is 256 characters)"),
        ({"title": "x", "replies_policy": "some"}, "'some' is not a valid replies_policy"),
    ],
)
async def test_what_is_no_list(square: Square, form: dict[str, str], error: str) -> None:
    response = await square.anna.post("/api/v1/lists", json=form)
    assert (response.status_code, response.json()["error"]) == (422, error)


async def test_members(square: Square) -> None:
    anna = square.anna
    id_ = (await anna.post("/api/v1/lists", json={"title": "all"})).json()["id"]
    path = f"/api/v1/lists/{id_}/accounts"
    people = [await square.add("acme.test", f"m{n}") for n in range(5)]
    refused = await anna.post(path, json={"account_ids": [people[0].id]})
    assert (refused.status_code, refused.json()) == (404, {"error": "Record not found"})
    for person in people:
        await anna.follows(person)
    assert (await anna.post(path, data={"account_ids[]": [str(p.id) for p in people]})).json() == {}
    again = await anna.post(path, json={"account_ids": [str(people[0].id)]})
    assert (again.status_code, again.json()["error"]) == (422, "Validation failed: Account has already been taken")
    pages = await walk(anna, f"{path}?limit=2")
    check_list(pages[0], entities.Account, at_least=2)
    assert [names(page) for page in pages] == [["m4", "m3"], ["m2", "m1"], ["m0"]]
    everyone = await anna.get(path, params={"limit": 0})
    assert len(everyone.json()) == 5
    assert "link" not in everyone.headers
    containing = await anna.get(f"/api/v1/accounts/{people[0].id}/lists")
    check_list(containing.json(), entities.List, at_least=1)
    assert (await square.bjorn.get(f"/api/v1/accounts/{people[0].id}/lists")).json() == []
    assert (await anna.delete(path, params={"account_ids[]": [people[0].id, 77]})).json() == {}
    await anna.post(f"/api/v1/accounts/{people[1].id}/unfollow")
    assert names((await anna.get(path)).json()) == ["m4", "m3", "m2"]


async def test_an_exclusive_list_empties_the_home_timeline(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    await anna.follows(bjorn)
    said = await bjorn.says("hello")
    id_ = (await anna.post("/api/v1/lists", json={"title": "all", "exclusive": "1"})).json()["id"]
    assert [s["id"] for s in (await anna.get("/api/v1/timelines/home")).json()] == [said["id"]]
    await anna.post(f"/api/v1/lists/{id_}/accounts", json={"account_ids": [bjorn.id]})
    assert (await anna.get("/api/v1/timelines/home")).json() == []
    assert [s["id"] for s in (await anna.get(f"/api/v1/timelines/list/{id_}")).json()] == [said["id"]]
