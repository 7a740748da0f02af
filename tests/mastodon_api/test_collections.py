"""Collections of accounts at the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.entity_check import check
from tests.fixtures.square import Person, Square
from tests.mastodon_api.graph_helpers import change, kinds
from torg.mastodon_api import entities

PATH = "/api/v1/collections"


async def make(person: Person, **form: Any) -> dict[str, Any]:
    response = await person.post(PATH, json={"name": "Nice", **form})
    assert response.status_code == 200, response.text
    check(response.json(), entities.WrappedCollection)
    made: dict[str, Any] = response.json()["collection"]
    return made


def accounts_in(collection: dict[str, Any]) -> list[str]:
    return [item["account_id"] for item in collection["items"]]


async def test_a_life(square: Square) -> None:
    anna, bjorn, shop = square.anna, square.bjorn, square.shop
    made = await make(
        anna,
        description="a < b",
        language="sv",
        tag_name="#Åre",
        discoverable=True,
        account_ids=[str(bjorn.id), str(shop.id), str(bjorn.id)],
    )
    assert (made["name"], made["description"], made["language"]) == ("Nice", "a &lt; b", "sv")
    assert made["tag"] == {"name": "Åre", "url": "http://acme.test/tags/%C3%A5re"}
    assert (made["item_count"], accounts_in(made)) == (2, [str(bjorn.id), str(shop.id)])
    one = f"{PATH}/{made['id']}"
    shown = (await square.nobody().get(one)).json()
    check(shown, entities.CollectionWithAccounts)
    assert shown["collection"] == made
    assert [account["username"] for account in shown["accounts"]] == ["anna", "bjorn", "shop"]
    changed = await anna.patch(one, json={"name": "Nicer", "tag_name": "", "sensitive": "1"})
    check(changed.json(), entities.WrappedCollection)
    after = changed.json()["collection"]
    assert (after["name"], after["tag"], after["sensitive"], after["language"]) == ("Nicer", None, True, "sv")
    added = await anna.post(f"{one}/items", json={"account_id": str(square.reporter.id)})
    check(added.json(), entities.WrappedCollectionItem)
    item = added.json()["collection_item"]
    assert (item["state"], item["account_id"]) == ("accepted", str(square.reporter.id))
    assert (await anna.delete(f"{one}/items/{item['id']}")).json() == {}
    assert (await anna.delete(f"{one}/items/{item['id']}")).status_code == 404
    assert (await anna.delete(one)).json() == {}
    assert (await anna.get(one)).status_code == 404
    happened = [kind for kind in await kinds(square) if "Collection" in kind]
    assert happened == [
        "AddedToCollection", "AddedToCollection", "CollectionUpdated", "AddedToCollection", "RemovedFromCollection",
        "CollectionDeleted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        ({}, "name", "ERR_BLANK"),
        ({"name": "x" * 41}, "name", "ERR_TOO_LONG"),
        ({"name": "x", "description": "x" * 101}, "description", "ERR_TOO_LONG"),
        ({"name": "x", "language": "klingonese"}, "language", "ERR_INCLUSION"),
        ({"name": "x", "tag_name": "a b"}, "tag_name", "ERR_INVALID"),
    ],
)
async def test_what_is_no_collection(square: Square, form: dict[str, str], field: str, code: str) -> None:
    response = await square.anna.post(PATH, json=form)
    assert response.status_code == 422
    assert response.json()["details"][field][0]["error"] == code


async def test_only_the_owner_changes_it(square: Square) -> None:
    made = await make(square.anna, account_ids=[square.shop.id])
    one, item = f"{PATH}/{made['id']}", made["items"][0]["id"]
    for answer in (
        await square.bjorn.patch(one, json={"name": "x"}),
        await square.bjorn.delete(one),
        await square.bjorn.post(f"{one}/items", json={"account_id": square.bjorn.id}),
        await square.bjorn.delete(f"{one}/items/{item}"),
        await square.bjorn.post(f"{one}/items/{item}/revoke"),
    ):
        assert (answer.status_code, answer.json()) == (403, {"error": "This action is not allowed"})


async def test_consent(square: Square) -> None:
    anna, bjorn, shop = square.anna, square.bjorn, square.shop
    made = await make(anna)
    items = f"{PATH}/{made['id']}/items"
    missing = await anna.post(items)
    assert (missing.status_code, missing.json()) == (422, {"error": "`account_id` parameter is missing"})
    await change(square, bjorn, "discoverable = false")
    await shop.post(f"/api/v1/accounts/{anna.id}/block")
    olga = square.person("other.test", "olga")
    inside = square.person("inside.acme.test", "bjorn")
    answers = {
        (r.status_code, r.text)
        for r in [
            await anna.post(items, json={"account_id": id_}) for id_ in (bjorn.id, shop.id, olga.id, inside.id, 9)
        ]
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 422
    item = (await anna.post(items, json={"account_id": square.reporter.id})).json()["collection_item"]["id"]
    assert (await square.reporter.post(f"{items}/{item}/revoke")).json() == {}
    assert (await square.reporter.post(f"{items}/{item}/revoke")).status_code == 404
    assert (await anna.get(f"{PATH}/{made['id']}")).json()["collection"]["items"] == []
    assert (await anna.post(items, json={"account_id": square.reporter.id})).status_code == 422


async def test_collections_of_an_account(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    made = [await make(anna, name=f"c{n}", account_ids=[bjorn.id]) for n in range(3)]
    hidden = await make(anna, name="hidden", discoverable=False)
    for path in (f"/api/v1/{anna.id}/collections", f"/api/v1/accounts/{anna.id}/collections"):
        found = (await square.nobody().get(path)).json()
        check(found, entities.Collections)
        assert [c["name"] for c in found["collections"]] == ["c2", "c1", "c0"]
        first = await bjorn.get(path, params={"limit": 2})
        assert [c["name"] for c in first.json()["collections"]] == ["c2", "c1"]
        assert "prev" not in first.links
        rest = await bjorn.get(first.links["next"]["url"])
        assert [c["name"] for c in rest.json()["collections"]] == ["c0"]
        assert "next" not in rest.links
        assert (await bjorn.get(rest.links["prev"]["url"])).json() == first.json()
        assert len((await anna.get(path)).json()["collections"]) == 4
    for path in (f"/api/v1/{bjorn.id}/in_collections", f"/api/v1/accounts/{bjorn.id}/in_collections"):
        found = (await bjorn.get(path)).json()
        check(found, entities.Collections)
        assert [c["id"] for c in found["collections"]] == [c["id"] for c in reversed(made)]
        assert (await anna.get(path)).status_code == 403
    assert (await square.nobody().get(f"{PATH}/{hidden['id']}")).status_code == 200
    await anna.post(f"/api/v1/accounts/{bjorn.id}/block")
    assert (await bjorn.get(f"{PATH}/{made[0]['id']}")).status_code == 404
    assert (await bjorn.get(f"/api/v1/{anna.id}/collections")).json() == {"collections": []}
    assert (await anna.get(f"{PATH}/{made[0]['id']}")).json()["collection"]["items"] == []


async def test_limits(square: Square) -> None:
    for _ in range(10):
        await make(square.anna)
    assert (await square.anna.post(PATH, json={"name": "one more"})).status_code == 422
    too_many = await square.bjorn.post(PATH, json={"name": "x", "account_ids": list(range(1, 27))})
    assert too_many.status_code == 422


async def test_those_in_it_are_told(square: Square) -> None:
    made = await make(square.anna, account_ids=[square.bjorn.id])
    await square.settle()
    await square.anna.patch(f"{PATH}/{made['id']}", json={"name": "Nicer"})
    await square.settle()
    notices = (await square.bjorn.get("/api/v1/notifications")).json()
    check(notices, list[entities.Notification])
    assert [notice["type"] for notice in notices] == ["collection_update", "added_to_collection"]
    assert {notice["collection"]["name"] for notice in notices} == {"Nicer"}


async def test_a_post_carries_the_collections_that_it_links_to(square: Square) -> None:
    made = await make(square.anna, account_ids=[str(square.bjorn.id)])
    other = await make(square.shop)
    gone = f"http://acme.test/collections/{10**18}"
    text = (
        f"Se {other['url']} och {made['url']}, inte {gone} eller {made['url']}/x eller http://other.test/collections/1"
    )
    post = await square.bjorn.says(text)
    check(post, entities.Status)
    assert post["tagged_collections"] == [other, made]
    boost = (await square.reporter.post(f"/api/v1/statuses/{post['id']}/reblog")).json()
    assert boost["tagged_collections"] == boost["reblog"]["tagged_collections"] == [other, made]
    message = await square.bjorn.says(f"@shop {made['url']}", visibility="direct")
    check(message, entities.Status)
    assert message["tagged_collections"] == [made]
    await square.anna.post(f"/api/v1/accounts/{square.reporter.id}/block")
    seen = (await square.reporter.get(f"/api/v1/statuses/{post['id']}")).json()
    assert seen["tagged_collections"] == [other], "what one may not see is not carried along"
    assert (await square.bjorn.says("Inga länkar"))["tagged_collections"] == []
