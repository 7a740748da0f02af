"""Who wrote a linked page: its `fediverse:creator`, as far as that account lets the page's domain name it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.square import PUBLIC, Square
from torg.cards import store as cards
from torg.cards.model import Preview
from torg.kernel.ids import new_id


async def shown(square: Square, url: str, creator: str, **said: Any) -> dict[str, Any]:
    """The card of a post that links to a page with this creator."""
    post = int((await square.bjorn.says("Read this"))["id"])
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        claim = await cards.claim(tx, network.id, new_id(), url, timedelta(seconds=5))
        await cards.show(tx, network.id, post, claim.id)
        preview = Preview(title="A page", author_handle=creator, **said)
        await cards.finish(tx, network.id, claim.id, preview, None, timedelta(days=1))
    card: dict[str, Any] = (await square.nobody().get(f"/api/v1/statuses/{post}")).json()["card"]
    return card


async def allow(square: Square, *domains: str) -> None:
    answer = await square.anna.patch("/api/v1/accounts/update_credentials", json={"attribution_domains": [*domains]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("url", ["https://news.example/1", "https://www.news.example/1", "https://NEWS.example/1"])
async def test_an_allowed_domain_names_its_author(square: Square, url: str) -> None:
    await allow(square, "news.example")
    card = await shown(square, url, f"Anna@{PUBLIC}", author_name="Anna Ek")
    [author] = card["authors"]
    assert author["account"]["id"] == str(square.anna.id)
    assert (author["name"], author["url"]) == ("Anna Ek", f"http://{PUBLIC}/@anna")


@pytest.mark.parametrize(
    ("url", "creator"),
    [
        ("https://other.example/1", f"anna@{PUBLIC}"),
        ("https://fakenews.example/1", f"anna@{PUBLIC}"),
        ("https://news.example/1", f"bjorn@{PUBLIC}"),
        ("https://news.example/1", "anna@elsewhere.example"),
    ],
)
async def test_nobody_is_named_against_his_or_her_will(square: Square, url: str, creator: str) -> None:
    await allow(square, "news.example")
    assert (await shown(square, url, creator))["authors"] == []
    named = await shown(square, url + "?named", creator, author_name="Somebody")
    assert named["authors"] == [{"name": "Somebody", "url": "", "account": None}]


async def test_the_author_of_a_boosted_link_is_named_too(square: Square) -> None:
    await allow(square, "news.example")
    card = await shown(square, "https://news.example/2", f"anna@{PUBLIC}")
    assert card["authors"][0]["name"] == "Anna"
    post = (await square.nobody().get("/api/v1/timelines/public")).json()[0]
    boost = (await square.shop.post(f"/api/v1/statuses/{post['id']}/reblog")).json()
    assert boost["reblog"]["card"]["authors"][0]["account"]["username"] == "anna"
    assert boost["card"]["authors"] == boost["reblog"]["card"]["authors"]
