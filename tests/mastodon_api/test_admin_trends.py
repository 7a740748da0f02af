"""Trends and tags for moderators: everything is seen, every word is kept and logged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.cards import store as cards
from torg.cards.model import Preview
from torg.kernel.ids import new_id
from torg.mastodon_api import entities
from torg.trends import actions

TRENDS = "/api/v1/admin/trends"
TAGS = "/api/v1/admin/tags"
NOT_ALLOWED = (403, '{"error":"This action is not allowed"}')
NOT_FOUND = (404, '{"error":"Record not found"}')


async def refresh(square: Square) -> None:
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await actions.refresh(tx)


async def get(person: Person, path: str) -> list[dict[str, Any]]:
    response = await person.get(path)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


async def post(person: Person, path: str) -> Any:
    response = await person.post(path)
    assert response.status_code == 200, response.text
    return response.json()


async def test_tags(square: Square) -> None:
    await square.anna.says("#Sauna tonight")
    await square.bjorn.says("#sauna it is")
    await refresh(square)
    (found,) = await get(square.anna, f"{TRENDS}/tags")
    check(found, entities.AdminTag)
    assert (found["requires_review"], found["usable"], found["trendable"]) == (True, True, True)
    rejected = await post(square.anna, f"{TRENDS}/tags/{found['id']}/reject")
    check(rejected, entities.AdminTag)
    assert (rejected["requires_review"], rejected["trendable"]) == (False, False)
    assert await get(square.nobody(), "/api/v1/trends/tags") == []
    assert len(await get(square.anna, f"{TRENDS}/tags")) == 1
    assert (await post(square.anna, f"{TRENDS}/tags/{found['id']}/approve"))["trendable"] is True
    assert len(await get(square.nobody(), "/api/v1/trends/tags")) == 1


async def test_statuses(square: Square) -> None:
    said = await square.shop.says("liked")
    await square.bjorn.post(f"/api/v1/statuses/{said['id']}/favourite")
    await refresh(square)
    found = await get(square.anna, f"{TRENDS}/statuses")
    check_list(found, entities.Status, at_least=1)
    check(await post(square.anna, f"{TRENDS}/statuses/{said['id']}/reject"), entities.Status)
    assert await get(square.nobody(), "/api/v1/trends/statuses") == []
    assert len(await get(square.anna, f"{TRENDS}/statuses")) == 1
    await post(square.anna, f"{TRENDS}/statuses/{said['id']}/approve")
    assert len(await get(square.nobody(), "/api/v1/trends/statuses")) == 1


async def test_links(square: Square) -> None:
    said = [await who.says("https://example.com/a") for who in (square.anna, square.bjorn)]
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        claim = await cards.claim(tx, network.id, new_id(), "https://example.com/a", timedelta(seconds=5))
        await cards.finish(tx, network.id, claim.id, Preview(title="A page"), None, timedelta(days=1))
        for status in said:
            await cards.show(tx, network.id, int(status["id"]), claim.id)
        await actions.refresh(tx)
    check_list(await get(square.anna, f"{TRENDS}/links"), entities.TrendsLink, at_least=1)
    check(await post(square.anna, f"{TRENDS}/links/{claim.id}/reject"), entities.TrendsLink)
    assert await get(square.nobody(), "/api/v1/trends/links") == []
    await post(square.anna, f"{TRENDS}/links/{claim.id}/approve")
    assert len(await get(square.nobody(), "/api/v1/trends/links")) == 1
    await post(square.anna, f"{TRENDS}/links/publishers/example.com/reject")
    await post(square.anna, f"{TRENDS}/links/publishers/example.com/approve")


async def test_tags_by_themselves(square: Square) -> None:
    await square.shop.says("#Bread and #butter")
    found = await get(square.anna, f"{TAGS}?limit=1")
    check_list(found, entities.AdminTag, at_least=1)
    assert len(await get(square.anna, TAGS)) == 2
    bread = next(tag for tag in await get(square.anna, TAGS) if tag["name"] == "Bread")
    path = f"{TAGS}/{bread['id']}"
    assert (await square.anna.get(path)).json() == bread
    changed = await square.anna.put(path, json={"trendable": False, "usable": "0", "display_name": "BREAD"})
    check(changed.json(), entities.AdminTag)
    body = changed.json()
    assert (body["name"], body["trendable"], body["usable"], body["requires_review"]) == ("BREAD", False, False, False)
    assert (await square.anna.put(path, json={"display_name": "cake"})).status_code == 422
    assert (await square.anna.put(path, json={"usable": "perhaps"})).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{TRENDS}/tags"),
        ("GET", f"{TRENDS}/links"),
        ("GET", f"{TRENDS}/statuses"),
        ("POST", f"{TRENDS}/tags/7/approve"),
        ("POST", f"{TRENDS}/tags/7/reject"),
        ("POST", f"{TRENDS}/links/7/approve"),
        ("POST", f"{TRENDS}/links/7/reject"),
        ("POST", f"{TRENDS}/links/publishers/example.com/approve"),
        ("POST", f"{TRENDS}/links/publishers/example.com/reject"),
        ("POST", f"{TRENDS}/statuses/7/approve"),
        ("POST", f"{TRENDS}/statuses/7/reject"),
        ("GET", TAGS),
        ("GET", f"{TAGS}/7"),
        ("PUT", f"{TAGS}/7"),
    ],
)
async def test_only_moderators_and_only_what_is_there(square: Square, method: str, path: str) -> None:
    for person in (square.bjorn, square.nobody()):
        response = await person.http.request(method, path)
        assert (response.status_code, response.text) == NOT_ALLOWED
    if "/7" in path:
        response = await square.anna.http.request(method, path)
        assert (response.status_code, response.text) == NOT_FOUND


async def test_the_wall(square: Square) -> None:
    said = await square.shop.says("#bread")
    (tag,) = await get(square.anna, TAGS)
    oskar = await square.add(OTHER, "oskar", admin=True)
    for outsider in (square.person(INSIDE, "anna"), oskar):
        assert await get(outsider, TAGS) == []
        for method, path in (
            ("GET", f"{TAGS}/{tag['id']}"),
            ("PUT", f"{TAGS}/{tag['id']}"),
            ("POST", f"{TRENDS}/tags/{tag['id']}/reject"),
            ("POST", f"{TRENDS}/statuses/{said['id']}/reject"),
        ):
            response = await outsider.http.request(method, path)
            assert (response.status_code, response.text) == NOT_FOUND
