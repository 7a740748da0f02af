"""Filters of both generations, applied by the server."""

from __future__ import annotations

from typing import Any

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Square
from torg.mastodon_api import entities


async def made(square: Square, **more: Any) -> dict[str, Any]:
    body = {"title": "Spoilers", "context": ["home"], "filter_action": "hide", **more}
    answer = await square.bjorn.post("/api/v2/filters", json=body)
    assert answer.status_code == 200, answer.text
    check(answer.json(), entities.Filter)
    filter_: dict[str, Any] = answer.json()
    return filter_


async def test_a_matching_post_says_which_filter_and_word(square: Square) -> None:
    filter_ = await made(square, keywords_attributes=[{"keyword": "mål", "whole_word": "1"}])
    hit = await square.anna.says("MÅL i sista minuten")
    miss = await square.anna.says("målvakten räddade")
    shown = (await square.bjorn.get(f"/api/v1/statuses/{hit['id']}")).json()
    check(shown, entities.Status)
    assert shown["filtered"][0]["filter"]["id"] == filter_["id"]
    assert "keywords" not in shown["filtered"][0]["filter"]
    assert shown["filtered"][0]["keyword_matches"] == ["MÅL"]
    assert (await square.bjorn.get(f"/api/v1/statuses/{miss['id']}")).json()["filtered"] == []
    assert (await square.anna.get(f"/api/v1/statuses/{hit['id']}")).json()["filtered"] == []
    own = await square.bjorn.says("mitt eget mål")
    assert own["filtered"] == [], "one's own posts are not filtered"


async def test_a_post_named_by_id_and_a_boost_of_it_match(square: Square) -> None:
    filter_ = await made(square)
    post = await square.anna.says("this one")
    added = await square.bjorn.post(f"/api/v2/filters/{filter_['id']}/statuses", json={"status_id": post["id"]})
    check(added.json(), entities.FilterStatus)
    boost = (await square.shop.post(f"/api/v1/statuses/{post['id']}/reblog")).json()
    shown = (await square.bjorn.get(f"/api/v1/statuses/{boost['id']}")).json()
    assert shown["reblog"]["filtered"][0]["status_matches"] == [post["id"]]
    removed = await square.bjorn.delete(f"/api/v2/filters/statuses/{added.json()['id']}")
    check(removed.json(), entities.FilterStatus)


async def test_keywords_are_added_changed_and_removed(square: Square) -> None:
    filter_ = await made(square, keywords_attributes=[{"keyword": "one"}])
    path = f"/api/v2/filters/{filter_['id']}"
    added = (await square.bjorn.post(f"{path}/keywords", data={"keyword": "two", "whole_word": "false"})).json()
    check(added, entities.FilterKeyword)
    assert added["whole_word"] is False
    changed = await square.bjorn.put(f"/api/v2/filters/keywords/{added['id']}", json={"keyword": "three"})
    assert changed.json() == {"id": added["id"], "keyword": "three", "whole_word": False}
    first = filter_["keywords"][0]["id"]
    updated = await square.bjorn.put(
        path, json={"title": "New", "keywords_attributes": [{"id": first, "_destroy": True}, {"keyword": "four"}]}
    )
    check(updated.json(), entities.Filter)
    assert [k["keyword"] for k in updated.json()["keywords"]] == ["three", "four"]
    check_list((await square.bjorn.get(f"{path}/keywords")).json(), entities.FilterKeyword)
    assert (await square.bjorn.post(f"{path}/keywords", json={})).status_code == 422


async def test_filters_are_ones_own(square: Square) -> None:
    filter_ = await made(square, keywords_attributes=[{"keyword": "one"}])
    keyword = filter_["keywords"][0]["id"]
    for path in (
        f"/api/v2/filters/{filter_['id']}",
        f"/api/v2/filters/keywords/{keyword}",
        f"/api/v1/filters/{keyword}",
    ):
        assert (await square.anna.get(path)).status_code == 404
        assert (await square.anna.delete(path)).status_code == 404
    bad = await square.bjorn.post("/api/v2/filters", json={})
    assert bad.status_code == 422
    assert set(bad.json()["details"]) == {"title", "context"}


async def test_the_older_filters_are_keywords_of_the_newer(square: Square) -> None:
    old = await square.bjorn.post("/api/v1/filters", data={"phrase": "spam", "context[]": ["home", "public"]})
    check(old.json(), entities.V1Filter)
    listed = (await square.bjorn.get("/api/v2/filters")).json()
    assert listed[0]["keywords"][0]["id"] == old.json()["id"]
    changed = await square.bjorn.put(
        f"/api/v1/filters/{old.json()['id']}", json={"phrase": "ham", "context": ["home"], "irreversible": True}
    )
    check(changed.json(), entities.V1Filter)
    assert (changed.json()["phrase"], changed.json()["irreversible"]) == ("ham", True)
    check_list((await square.bjorn.get("/api/v1/filters")).json(), entities.V1Filter)
    assert (await square.bjorn.delete(f"/api/v1/filters/{old.json()['id']}")).json() == {}
    assert (await square.bjorn.get("/api/v2/filters")).json() == []
