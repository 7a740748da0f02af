"""Complaining at the API, and what moderators hear of it."""

from __future__ import annotations

from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, OTHER, Person, Square
from torg.kernel.ids import new_id
from torg.mastodon_api import entities


async def rule(square: Square, text: str) -> int:
    network = square.networks["acme.test"]
    async with square.services.db.tx(network.scope) as tx:
        id_ = new_id()
        await tx.run(
            "INSERT INTO rules (org_id, network_id, id, text) VALUES (%s, %s, %s, %s)",
            (network.org_id, network.id, id_, text),
        )
    return id_


async def notices(square: Square, person: Person, type_: str) -> list[dict[str, object]]:
    await square.settle()
    async with square.services.db.system() as tx:
        return await tx.all(
            "SELECT from_id, subject_id FROM notices WHERE account_id = %s AND type = %s ORDER BY id",
            (person.id, type_),
        )


async def test_a_report_names_what_it_is_about(square: Square) -> None:
    shop, bjorn = square.shop, square.bjorn
    spam = await shop.says("Buy! Buy!")
    other = await square.reporter.says("Nothing to do with it")
    response = await bjorn.post(
        "/api/v1/reports",
        json={
            "account_id": str(shop.id),
            "status_ids": [spam["id"], other["id"], "1"],
            "comment": "Too loud",
            "category": "spam",
            "forward": True,
        },
    )
    assert response.status_code == 200, response.text
    body = response.json()
    check(body, entities.Report)
    assert body["status_ids"] == [spam["id"]]
    assert body["rule_ids"] is None
    assert (body["category"], body["comment"], body["action_taken"]) == ("spam", "Too loud", False)
    assert body["forwarded"] is False  # the account lives here
    assert body["target_account"]["id"] == str(shop.id)


async def test_collections_of_the_account_come_along(square: Square) -> None:
    network = square.networks["acme.test"]
    async with square.services.db.tx(network.scope) as tx:
        for id_, owner in ((7, square.shop), (8, square.reporter)):
            await tx.run(
                """INSERT INTO collections (org_id, network_id, id, account_id, name, created_at, updated_at)
                   VALUES (%s, %s, %s, %s, 'Friends', now(), now())""",
                (network.org_id, network.id, id_, owner.id),
            )
    response = await square.bjorn.post(
        "/api/v1/reports", json={"account_id": square.shop.id, "collection_ids": ["7", "8", "9"]}
    )
    check(response.json(), entities.Report)
    assert response.json()["collection_ids"] == ["7"]


async def test_forms_with_brackets_and_rules(square: Square) -> None:
    broken = await rule(square, "Be kind")
    response = await square.bjorn.post(
        "/api/v1/reports", data={"account_id": square.shop.id, "rule_ids[]": [str(broken)], "category": "spam"}
    )
    assert response.status_code == 200, response.text
    check(response.json(), entities.Report)
    assert response.json()["category"] == "violation"
    assert response.json()["rule_ids"] == [str(broken)]


async def test_moderators_are_told_once(square: Square) -> None:
    made = (await square.bjorn.post("/api/v1/reports", json={"account_id": square.shop.id})).json()
    assert await notices(square, square.anna, "admin.report") == [
        {"from_id": square.bjorn.id, "subject_id": int(made["id"])}
    ]
    assert await notices(square, square.shop, "admin.report") == []


async def test_what_is_wrong(square: Square) -> None:
    bjorn, path, shop = square.bjorn, "/api/v1/reports", square.shop.id
    assert (await square.nobody().post(path, json={"account_id": shop})).status_code == 401
    assert (await bjorn.post(path, json={})).status_code == 422
    assert (await bjorn.post(path, json={"account_id": shop, "comment": "x" * 1001})).status_code == 422
    assert (await bjorn.post(path, json={"account_id": shop, "category": "boring"})).status_code == 422
    assert (await bjorn.post(path, json={"account_id": "shop"})).status_code == 422
    for bad in ({"category": "violation"}, {"category": "violation", "rule_ids": ["7"]}):
        response = await bjorn.post(path, json={"account_id": shop, **bad})
        assert response.status_code == 422
        assert response.json()["error"] == "Validation failed: Rule ids does not reference valid rules"


async def test_accounts_of_other_networks_cannot_be_reported(square: Square) -> None:
    strangers = [square.person(INSIDE, "anna").id, square.person(OTHER, "olga").id, 123]
    answers = [await square.bjorn.post("/api/v1/reports", json={"account_id": id_}) for id_ in strangers]
    assert {(a.status_code, a.text) for a in answers} == {(404, '{"error":"Record not found"}')}


async def test_posts_of_other_networks_do_not_come_along(square: Square) -> None:
    inside = await square.person(INSIDE, "anna").says("Between us")
    response = await square.bjorn.post(
        "/api/v1/reports", json={"account_id": square.shop.id, "status_ids": [inside["id"]]}
    )
    assert response.json()["status_ids"] is None
