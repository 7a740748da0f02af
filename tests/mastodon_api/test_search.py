"""Search at the API: accounts, tags, pasted addresses, and what needs a token."""

from __future__ import annotations

import pytest

from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, Square
from torg.mastodon_api import entities


async def test_everything_at_once(square: Square) -> None:
    await square.anna.says("A #bjornfest with bjorn")
    await square.settle()
    found = (await square.anna.get("/api/v2/search", params={"q": "bjorn"})).json()
    check(found, entities.Search)
    assert [a["username"] for a in found["accounts"]] == ["bjorn"]
    assert len(found["statuses"]) == 1
    assert [t["name"] for t in found["hashtags"]] == ["bjornfest"]
    only = (await square.anna.get("/api/v2/search", params={"q": "#bjorn", "type": "hashtags"})).json()
    assert (only["accounts"], only["statuses"], len(only["hashtags"])) == ([], [], 1)


async def test_accounts(square: Square) -> None:
    async def names(q: str, **more: str) -> list[str]:
        response = await square.anna.get("/api/v2/search", params={"q": q, "type": "accounts", **more})
        assert response.status_code == 200
        return [a["acct"] for a in response.json()["accounts"]]

    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET display_name = 'The Corner Shop' WHERE id = %s", (square.shop.id,))
    assert await names("corner") == ["shop"]
    assert await names("@shop@acme.test") == ["shop"]
    assert await names("shop@acme") == ["shop"]
    assert await names("shop@elsewhere.example") == []
    assert await names("SHOP") == ["shop"]
    assert await names("%") == []
    assert await names("rep", following="true") == []
    await square.anna.follows(square.reporter)
    assert await names("rep", following="true") == ["reporter"]
    await square.add("acme.test", "shopkeeper")
    assert await names("shop") == ["shop", "shopkeeper"]
    assert await names("shop", limit="1", offset="1") == ["shopkeeper"]


async def test_pasted_addresses(square: Square) -> None:
    post = await square.anna.says("linked to")
    hidden = await square.anna.says("not for all", visibility="private")
    for q, kind in (
        (post["url"], "statuses"),
        (post["uri"], "statuses"),
        ("http://acme.test/@anna", "accounts"),
        ("http://acme.test/users/anna", "accounts"),
    ):
        found = (await square.bjorn.get("/api/v2/search", params={"q": q, "resolve": "true"})).json()
        check(found, entities.Search)
        assert [len(found[k]) for k in ("accounts", "statuses")] == [kind == "accounts", kind == "statuses"], q
    found = (await square.bjorn.get("/api/v2/search", params={"q": hidden["url"]})).json()
    assert found == {"accounts": [], "statuses": [], "hashtags": []}


@pytest.mark.parametrize("params", [{"offset": "1", "type": "accounts"}, {"resolve": "1"}])
async def test_what_needs_a_token(square: Square, params: dict[str, str]) -> None:
    assert (await square.nobody().get("/api/v2/search", params={"q": "anna", **params})).status_code == 401
    assert (await square.anna.get("/api/v2/search", params={"q": "anna", **params})).status_code == 200


async def test_tags_of_hidden_posts_are_not_told(square: Square) -> None:
    await square.anna.says("#layoffs", visibility="private")
    await square.person(INSIDE, "anna").says("#layoffs")
    found = (await square.nobody().get("/api/v2/search", params={"q": "layoffs", "type": "hashtags"})).json()
    assert found["hashtags"] == []
