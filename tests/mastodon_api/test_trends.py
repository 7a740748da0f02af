"""Trends at the API: counted, reasoned, reviewed, and kept within their network."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.contract.entity_check import check_list
from tests.fixtures.square import INSIDE, OTHER, Square
from torg.cards import store as cards
from torg.cards.model import Preview
from torg.kernel.actor import Actor
from torg.kernel.ids import new_id
from torg.mastodon_api import entities
from torg.orgs import store as orgs
from torg.orgs.model import NetworkSettings
from torg.trends import actions


async def refresh(square: Square, host: str = "acme.test") -> None:
    async with square.services.db.tx(square.networks[host].scope) as tx:
        await actions.refresh(tx)


async def get(square: Square, path: str, **params: Any) -> list[dict[str, Any]]:
    response = await square.nobody().get(path, params=params)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


async def test_tags(square: Square) -> None:
    await square.anna.says("#Sauna tonight")
    await square.bjorn.says("#sauna it is")
    for n in range(3):
        await square.shop.says(f"#spam {n}")
    await refresh(square)
    found = await get(square, "/api/v1/trends/tags")
    check_list(found, entities.Tag, at_least=1)
    assert [t["name"].lower() for t in found] == ["sauna"]
    assert len(found[0]["history"]) == 7
    assert (found[0]["history"][0]["accounts"], found[0]["history"][0]["uses"]) == ("2", "2")
    assert await get(square, "/api/v1/trends") == found
    mine = (await square.anna.get("/api/v1/trends/tags")).json()
    assert mine[0]["following"] is False
    (why,) = await get(square, "/api/torg/v1/trends", kind="tag")
    assert why["reason"] == {"accounts": 2, "uses": 2, "usual": 0.0, "hours": 48}


async def test_a_hidden_post_makes_no_trend(square: Square) -> None:
    await square.anna.says("#merger soon", visibility="private")
    await square.bjorn.says("#merger now", visibility="unlisted")
    await square.shop.says("#merger when")
    await refresh(square)
    assert await get(square, "/api/v1/trends/tags") == []


async def test_statuses_and_pages(square: Square) -> None:
    first = await square.anna.says("liked by two")
    second = await square.anna.says("liked by one")
    await square.anna.says("liked by nobody else")
    warned = await square.anna.says("behind a warning", spoiler_text="careful")
    for who, post in ((square.bjorn, first), (square.shop, first), (square.bjorn, second), (square.bjorn, warned)):
        assert (await who.post(f"/api/v1/statuses/{post['id']}/favourite")).status_code == 200
    await refresh(square)
    found = await get(square, "/api/v1/trends/statuses")
    check_list(found, entities.Status, at_least=2)
    assert [s["id"] for s in found] == [first["id"], second["id"]]
    page = await square.nobody().get("/api/v1/trends/statuses", params={"limit": 1})
    assert [s["id"] for s in page.json()] == [first["id"]]
    following = page.links["next"]["url"]
    page = await square.nobody().get(following)
    assert [s["id"] for s in page.json()] == [second["id"]]
    assert "prev" in page.links


async def test_links(square: Square) -> None:
    one = await square.anna.says("https://example.com/a")
    two = await square.bjorn.says("https://example.com/a")
    network = square.networks["acme.test"]
    async with square.services.db.tx(network.scope) as tx:
        claim = await cards.claim(tx, network.id, new_id(), "https://example.com/a", timedelta(seconds=5))
        await cards.finish(tx, network.id, claim.id, Preview(title="A page"), None, timedelta(days=1))
        for post in (one, two):
            await cards.show(tx, network.id, int(post["id"]), claim.id)
        await actions.refresh(tx)
    found = await get(square, "/api/v1/trends/links")
    check_list(found, entities.TrendsLink, at_least=1)
    assert found[0]["title"] == "A page"
    assert found[0]["history"][0]["accounts"] == "2"
    actor = Actor(org_id=network.org_id, network_id=network.id, account_id=square.anna.id)
    async with square.services.db.tx(network.scope) as tx:
        await actions.reject_publisher(tx, actor, "www.example.com")
    assert await get(square, "/api/v1/trends/links") == []
    async with square.services.db.tx(network.scope) as tx:
        await actions.approve_link(tx, actor, claim.id)
    assert len(await get(square, "/api/v1/trends/links")) == 1


async def test_review(square: Square) -> None:
    await square.anna.says("#one #two")
    await square.bjorn.says("#one #two")
    await refresh(square)
    network = square.networks["acme.test"]
    actor = Actor(org_id=network.org_id, network_id=network.id, account_id=square.anna.id)
    ids = {t["name"]: int(t["id"]) for t in await get(square, "/api/v1/trends/tags")}
    async with square.services.db.tx(network.scope) as tx:
        await actions.reject_tag(tx, actor, ids["one"])
    assert [t["name"] for t in await get(square, "/api/v1/trends/tags")] == ["two"]
    async with square.services.db.system() as tx:
        await orgs.update_settings(tx, network, NetworkSettings(trends_need_review=True))
    square.services.networks.forget()
    assert await get(square, "/api/v1/trends/tags") == []
    async with square.services.db.tx(network.scope) as tx:
        await actions.approve_tag(tx, actor, ids["one"])
    assert [t["name"] for t in await get(square, "/api/v1/trends/tags")] == ["one"]


@pytest.mark.parametrize(
    "path", ["/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/trends/links", "/api/torg/v1/trends"]
)
async def test_the_wall(square: Square, path: str) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    post = await anna.says("#merger")
    await bjorn.says("#merger")
    await bjorn.post(f"/api/v1/statuses/{post['id']}/favourite")
    for host in (INSIDE, "acme.test", OTHER):
        await refresh(square, host)
    assert (await square.nobody(INSIDE).get(path)).status_code == 401
    foreign = {"Authorization": f"Bearer {square.anna.token}"}
    assert (await square.nobody(INSIDE).get(path, headers=foreign)).status_code == 401
    assert (await anna.get(path)).status_code == 200
    assert (await square.anna.get(path)).json() == []
    assert (await square.nobody(OTHER).get(path)).json() == []


@pytest.mark.parametrize("params", [{"limit": "-1"}, {"offset": "-5"}, {"offset": "99999999999"}, {"limit": "x"}])
async def test_odd_numbers(square: Square, params: dict[str, str]) -> None:
    response = await square.nobody().get("/api/v1/trends/tags", params=params)
    assert response.status_code in (200, 400, 422)
