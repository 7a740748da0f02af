"""Saved searches at the API: kept, changed, capped, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.search import saved

PATH = "/api/torg/v1/saved_searches"


async def save(person: Person, query: str, **more: Any) -> dict[str, Any]:
    response = await person.post(PATH, json={"query": query, **more})
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_save_change_and_delete(square: Square) -> None:
    anna = square.anna
    made = await save(anna, '  "red  apples" from:bjorn ', name=" Fruit ")
    assert list(made) == ["id", "name", "query", "track", "created_at"]
    assert (made["name"], made["query"], made["track"]) == ("Fruit", '"red apples" from:bjorn', False)
    assert (await anna.get(f"{PATH}/{made['id']}")).json() == made
    changed = (await anna.put(f"{PATH}/{made['id']}", data={"track": "1", "query": "pears"})).json()
    assert changed == {**made, "track": True, "query": "pears"}
    assert (await anna.get(PATH)).json() == [changed]
    assert (await anna.delete(f"{PATH}/{made['id']}")).json() == {}
    assert (await anna.delete(f"{PATH}/{made['id']}")).status_code == 404
    assert (await anna.get(PATH)).json() == []
    assert (await save(anna, "#tea"))["name"] == "#tea"


async def test_pages(square: Square) -> None:
    ids = [(await save(square.anna, f"number {n}"))["id"] for n in range(5)]
    first = await square.anna.get(PATH, params={"limit": 2})
    assert [one["id"] for one in first.json()] == [ids[4], ids[3]]
    second = await square.anna.get(first.links["next"]["url"])
    assert [one["id"] for one in second.json()] == [ids[2], ids[1]]
    back = await square.anna.get(second.links["prev"]["url"])
    assert [one["id"] for one in back.json()] == [ids[4], ids[3]]


@pytest.mark.parametrize(
    ("form", "field", "error"),
    [
        ({}, "query", "ERR_BLANK"),
        ({"query": " \n"}, "query", "ERR_BLANK"),
        ({"query": '"" - !!'}, "query", "ERR_INVALID"),
        ({"query": "in:library"}, "query", "ERR_INVALID"),
        ({"query": "x" * 501}, "query", "ERR_TOO_LONG"),
        ({"query": "x", "name": "n" * 101}, "name", "ERR_TOO_LONG"),
    ],
)
async def test_what_is_no_search(square: Square, form: dict[str, str], field: str, error: str) -> None:
    response = await square.anna.post(PATH, json=form)
    assert response.status_code == 422, response.text
    assert response.json()["error"].startswith("Validation failed: ")
    assert [one["error"] for one in response.json()["details"][field]] == [error]
    made = await save(square.anna, "kept")
    if form.get("query"):
        assert (await square.anna.put(f"{PATH}/{made['id']}", json=form)).status_code == 422
        assert (await square.anna.get(PATH)).json() == [made]


@pytest.mark.parametrize("form", [{"query": ["a"]}, {"query": {"a": 1}}, {"track": "perhaps", "query": "x"}, [1]])
async def test_wrong_shapes_are_refused(square: Square, form: Any) -> None:
    assert (await square.anna.post(PATH, json=form)).status_code in (400, 422)


async def test_there_are_caps(square: Square) -> None:
    tracked = [await save(square.anna, f"tracked {n}", track=True) for n in range(saved.MOST_TRACKED)]
    refused = await square.anna.post(PATH, json={"query": "one more", "track": True})
    assert refused.status_code == 422
    assert "track" in refused.json()["details"]
    plain = await save(square.anna, "one more")
    assert (await square.anna.put(f"{PATH}/{plain['id']}", json={"track": True})).status_code == 422
    same = await square.anna.put(f"{PATH}/{tracked[0]['id']}", json={"track": True, "name": "still"})
    assert same.status_code == 200
    for n in range(saved.MOST_SAVED - saved.MOST_TRACKED - 1):
        await save(square.anna, f"plain {n}")
    assert (await square.anna.post(PATH, json={"query": "too many"})).status_code == 422
    await save(square.bjorn, "others have their own", track=True)


async def test_they_are_nobody_elses(square: Square) -> None:
    made = await save(square.anna, "my secret wish", name="mine")
    never = f"{PATH}/{int(made['id']) + 1}"
    others = [square.bjorn, square.person(INSIDE, "anna"), square.person(OTHER, "olga")]
    for other in others:
        assert (await other.get(PATH)).json() == []
        for verb, body in (("GET", None), ("PUT", {"name": "theirs"}), ("DELETE", None)):
            real = await other.http.request(verb, f"{PATH}/{made['id']}", json=body)
            none = await other.http.request(verb, never, json=body)
            assert (
                (real.status_code, real.json())
                == (none.status_code, none.json())
                == (404, {"error": "Record not found"})
            )
    misplaced = Person(square, PUBLIC, "olga", 0, square.person(OTHER, "olga").token)
    for stranger in (square.nobody(), square.nobody(INSIDE), misplaced):
        for answer in (await stranger.get(PATH), await stranger.post(PATH, json={"query": "x"})):
            assert answer.status_code == 401
    assert (await square.anna.get(PATH)).json() == [made]


async def test_scopes(square: Square) -> None:
    reader = await square.add(PUBLIC, "reader", scopes=["read:search"])
    assert (await reader.get(PATH)).status_code == 200
    assert (await reader.post(PATH, json={"query": "x"})).status_code == 403
    other = await square.add(PUBLIC, "lister", scopes=["read:lists"])
    assert (await other.get(PATH)).status_code == 403
