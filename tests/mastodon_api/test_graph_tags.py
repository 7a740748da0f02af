"""Hashtags at the API: looking, following, featuring."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Square
from tests.mastodon_api.graph_helpers import walk
from torg.graph.tags import valid_name
from torg.mastodon_api import entities


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Torg", "torg"),
        ("#åäö", "åäö"),
        ("100dagar", "100dagar"),
        ("a_b", "a_b"),
        ("2026", None),
        ("", None),
        ("#", None),
        ("a b", None),
        ("a-b", None),
        ("a#b", None),
        ("x" * 256, None),
        ("a\x00b", None),
    ],
)
def test_what_is_a_tag(text: str, name: str | None) -> None:
    assert valid_name(text) == name


async def test_history_of_seven_days(square: Square) -> None:
    for person, text in ((square.anna, "one #Torg"), (square.anna, "two #torg"), (square.bjorn, "three #TORG")):
        await person.says(text)
    await square.bjorn.says("hidden #torg", visibility="private")
    shown = (await square.nobody().get("/api/v1/tags/tOrG")).json()
    check(shown, entities.Tag)
    assert (shown["name"], shown["url"]) == ("Torg", "http://acme.test/tags/torg")
    assert "following" not in shown
    assert len(shown["history"]) == 7
    assert (shown["history"][0]["uses"], shown["history"][0]["accounts"]) == ("3", "2")
    assert {(day["uses"], day["accounts"]) for day in shown["history"][1:]} == {("0", "0")}
    days = [int(day["day"]) for day in shown["history"]]
    assert all(day % 86_400 == 0 for day in days)
    assert [a - b for a, b in pairwise(days)] == [86_400] * 6


async def test_a_tag_that_nobody_used(square: Square) -> None:
    shown = (await square.anna.get("/api/v1/tags/ny%C3%A5r")).json()
    check(shown, entities.Tag)
    assert (shown["id"], shown["following"], shown["featuring"]) == ("0", False, False)
    assert (await square.anna.get("/api/v1/tags/2026")).status_code == 404
    assert (await square.anna.post("/api/v1/tags/a-b/follow")).status_code == 404


async def test_following_tags(square: Square) -> None:
    anna = square.anna
    for name in ("one", "two", "Three"):
        for _ in range(2):
            followed = await anna.post(f"/api/v1/tags/{name}/follow")
            check(followed.json(), entities.Tag)
            assert followed.json()["following"] is True
    pages = await walk(anna, "/api/v1/followed_tags?limit=2")
    check_list(pages[0], entities.Tag, at_least=2)
    assert [[tag["name"] for tag in page] for page in pages] == [["Three", "two"], ["one"]]
    said = await square.bjorn.says("look #three")
    assert [s["id"] for s in (await anna.get("/api/v1/timelines/home")).json()] == [said["id"]]
    assert (await anna.post("/api/v1/tags/three/unfollow")).json()["following"] is False
    assert (await anna.get("/api/v1/timelines/home")).json() == []
    assert (await square.bjorn.get("/api/v1/followed_tags")).json() == []


async def test_featuring_tags(square: Square) -> None:
    anna = square.anna
    await anna.says("one #Torg #other")
    await anna.says("two #torg")
    suggested = (await anna.get("/api/v1/featured_tags/suggestions")).json()
    check_list(suggested, entities.Tag, at_least=2)
    assert suggested[0]["name"] == "Torg"
    made = await anna.post("/api/v1/featured_tags", data={"name": "torg"})
    check(made.json(), entities.FeaturedTag)
    assert made.json()["statuses_count"] == "2"
    assert made.json()["url"] == "http://acme.test/@anna/tagged/torg"
    assert made.json()["last_status_at"] is not None
    assert (await anna.post("/api/v1/featured_tags", json={"name": "torg"})).json() == made.json()
    assert (await anna.post("/api/v1/tags/quiet/feature")).json()["featuring"] is True
    shown = (await square.nobody().get(f"/api/v1/accounts/{anna.id}/featured_tags")).json()
    check_list(shown, entities.FeaturedTag, at_least=2)
    assert shown == (await anna.get("/api/v1/featured_tags")).json()
    assert [(tag["name"], tag["last_status_at"] is None) for tag in shown] == [("Torg", False), ("quiet", True)]
    assert [tag["name"] for tag in (await anna.get("/api/v1/featured_tags/suggestions")).json()] == ["other"]
    assert (await anna.post("/api/v1/tags/quiet/unfeature")).json()["featuring"] is False
    assert (await square.bjorn.delete(f"/api/v1/featured_tags/{made.json()['id']}")).status_code == 404
    assert (await anna.delete(f"/api/v1/featured_tags/{made.json()['id']}")).json() == {}
    assert (await anna.get("/api/v1/featured_tags")).json() == []
    for wrong in ("2026", "a b", ""):
        refused = await anna.post("/api/v1/featured_tags", json={"name": wrong})
        assert (refused.status_code, refused.json()["error"]) == (422, "Validation failed: Tag is invalid")


async def test_at_most_ten_featured_tags(square: Square) -> None:
    for number in range(10):
        assert (await square.anna.post("/api/v1/featured_tags", json={"name": f"t{number}"})).status_code == 200
    assert (await square.anna.post("/api/v1/featured_tags", json={"name": "t10"})).status_code == 422
