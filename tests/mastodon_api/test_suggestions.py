"""Suggestions, directory, familiar followers and search by name at the API."""

from __future__ import annotations

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Square
from tests.mastodon_api.graph_helpers import change, names
from torg.mastodon_api import entities
from torg.suggestions.rules import rank


def test_the_strongest_reason_ranks() -> None:
    found = rank([(1, "most_followed", 9), (2, "friends_of_friends", 1), (3, "featured", 1), (1, "featured", 2)], 3)
    assert found == [(1, ["featured", "most_followed"]), (3, ["featured"]), (2, ["friends_of_friends"])]


async def test_reasons(square: Square) -> None:
    anna, bjorn, shop, reporter = square.anna, square.bjorn, square.shop, square.reporter
    extra = await square.add("acme.test", "extra")
    await bjorn.follows(shop)  # bjorn: someone to be a friend's friend
    await reporter.follows(bjorn)
    await anna.follows(extra)  # anna is an administrator: whom she endorses is recommended by staff
    await anna.post(f"/api/v1/accounts/{extra.id}/endorse")
    said = await extra.says("good")
    await reporter.post(f"/api/v1/statuses/{said['id']}/favourite")
    response = await reporter.get("/api/v2/suggestions")
    check_list(response.json(), entities.Suggestion, at_least=2)
    found = {one["account"]["username"]: one for one in response.json()}
    assert found["extra"]["sources"] == ["featured", "most_interactions", "most_followed"]
    assert found["extra"]["source"] == "staff"
    assert found["shop"]["sources"] == ["friends_of_friends", "most_followed"]
    assert found["shop"]["source"] == "past_interactions"
    assert not {"bjorn", "reporter"} & set(found)
    older = await reporter.get("/api/v1/suggestions", params={"limit": 1})
    check_list(older.json(), entities.Account, at_least=1)
    assert names(older.json()) == ["extra"]
    assert (await reporter.delete(f"/api/v1/suggestions/{extra.id}")).json() == {}
    await reporter.post(f"/api/v1/accounts/{shop.id}/mute")
    assert (await reporter.get("/api/v2/suggestions")).json() == []


async def test_who_hides_follows_suggests_nobody(square: Square) -> None:
    await square.bjorn.follows(square.shop)
    await square.reporter.follows(square.bjorn)
    await change(square, square.bjorn, "hide_collections = true")
    found = (await square.reporter.get("/api/v2/suggestions")).json()
    assert [one["sources"] for one in found] == [["most_followed"]]


async def test_directory(square: Square) -> None:
    await square.bjorn.says("first")
    await square.anna.says("second")
    await change(square, square.shop, "discoverable = false")
    found = await square.nobody().get("/api/v1/directory")
    check_list(found.json(), entities.Account, at_least=3)
    assert names(found.json()) == ["anna", "bjorn", "reporter"]
    newest = await square.nobody().get("/api/v1/directory", params={"order": "new", "limit": 2, "offset": 1})
    assert names(newest.json()) == ["bjorn", "anna"]
    await square.reporter.post(f"/api/v1/accounts/{square.bjorn.id}/block")
    assert names((await square.reporter.get("/api/v1/directory")).json()) == ["anna", "reporter"]
    await change(square, square.anna, "host = 'far.example'")
    assert names((await square.nobody().get("/api/v1/directory?local=true")).json()) == ["bjorn", "reporter"]
    inside = await square.nobody("inside.acme.test").get("/api/v1/directory")
    assert inside.status_code == 401
    check(inside.json(), entities.Error)


async def test_familiar_followers(square: Square) -> None:
    anna, bjorn, shop, reporter = square.anna, square.bjorn, square.shop, square.reporter
    await anna.follows(bjorn)
    await bjorn.follows(shop)
    await reporter.follows(shop)
    path, ids = "/api/v1/accounts/familiar_followers", [shop.id, 99, reporter.id]
    found = (await anna.get(path, params={"id[]": ids})).json()
    check_list(found, entities.FamiliarFollowers, at_least=2)
    assert [(one["id"], names(one["accounts"])) for one in found] == [(str(shop.id), ["bjorn"]), (str(reporter.id), [])]
    await change(square, shop, "hide_collections = true")
    assert (await anna.get(path, params={"id[]": shop.id})).json() == [{"id": str(shop.id), "accounts": []}]


async def test_search_by_name(square: Square) -> None:
    anna = square.anna
    await change(square, square.bjorn, "display_name = 'Björn Ek'")
    await square.add("acme.test", "annabel")
    path = "/api/v1/accounts/search"
    found = (await anna.get(path, params={"q": "anna"})).json()
    check_list(found, entities.Account, at_least=2)
    assert names(found) == ["anna", "annabel"]
    for query in ("björn", "ek", "@bjorn", "bjorn@acme.test", "BJO"):
        assert names((await anna.get(path, params={"q": query})).json()) == ["bjorn"], query
    for query in ("", "@", "%", "_", "\\", "bjorn@other.test", "jorn", "a' OR 1=1"):
        assert (await anna.get(path, params={"q": query})).json() == [], query
    assert (await anna.get(path, params={"q": "bjorn", "following": "true"})).json() == []
    await anna.follows(square.bjorn)
    assert names((await anna.get(path, params={"q": "bjorn", "following": "true"})).json()) == ["bjorn"]
    assert names((await anna.get(path, params={"q": "anna", "limit": 1, "offset": 1})).json()) == ["annabel"]
    assert (await anna.get(path, params={"q": "olga"})).json() == []
    await square.bjorn.post(f"/api/v1/accounts/{anna.id}/block")
    assert (await anna.get(path, params={"q": "bjorn"})).json() == []
