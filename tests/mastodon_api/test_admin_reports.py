"""Reports for moderators, at the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import INSIDE, OTHER, Square
from tests.mastodon_api.test_reports import rule
from torg.mastodon_api import entities

REPORTS = "/api/v1/admin/reports"
NOT_ALLOWED = (403, '{"error":"This action is not allowed"}')
NOT_FOUND = (404, '{"error":"Record not found"}')
ONE = [("GET", ""), ("PUT", ""), ("POST", "/assign_to_self"), ("POST", "/unassign"), ("POST", "/resolve"),
       ("POST", "/reopen")]  # fmt: skip


async def filed(square: Square, **more: Any) -> dict[str, Any]:
    response = await square.bjorn.post("/api/v1/reports", json={"account_id": square.shop.id, **more})
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_everything_about_a_report(square: Square) -> None:
    await square.bjorn.follows(square.shop)
    said = await square.shop.says("For my followers: buy!", visibility="private")
    broken = await rule(square, "Be kind")
    made = await filed(square, status_ids=[said["id"]], rule_ids=[broken], comment="No!")
    response = await square.anna.get(f"{REPORTS}/{made['id']}")
    check(response.json(), entities.AdminReport)
    body = response.json()
    # Anna does not follow the shop, yet as a moderator she sees what was reported
    assert [status["id"] for status in body["statuses"]] == [said["id"]]
    assert [r["text"] for r in body["rules"]] == ["Be kind"]
    assert body["account"]["username"] == "bjorn"
    assert body["target_account"]["username"] == "shop"
    assert body["target_account"]["email"] == "shop@acme.test"
    assert (body["assigned_account"], body["action_taken_by_account"]) == (None, None)


async def test_taking_settling_reopening(square: Square) -> None:
    path = f"{REPORTS}/{(await filed(square))['id']}"
    for verb, expected in (
        ("assign_to_self", ("anna", None, False)),
        ("unassign", (None, None, False)),
        ("resolve", (None, "anna", True)),
        ("reopen", (None, None, False)),
    ):
        response = await square.anna.post(f"{path}/{verb}")
        assert response.status_code == 200, response.text
        check(response.json(), entities.AdminReport)
        body = response.json()
        people = [body[key] and body[key]["username"] for key in ("assigned_account", "action_taken_by_account")]
        assert (*people, body["action_taken"]) == expected


async def test_lists(square: Square) -> None:
    first, second = await filed(square), await filed(square)
    await square.anna.post(f"{REPORTS}/{first['id']}/resolve")

    async def ids(query: str) -> list[str]:
        response = await square.anna.get(f"{REPORTS}?{query}")
        check_list(response.json(), entities.AdminReport)
        return [report["id"] for report in response.json()]

    assert await ids("") == [second["id"]]
    assert await ids("resolved=true") == [first["id"]]
    assert await ids(f"account_id={square.bjorn.id}") == [second["id"]]
    assert await ids(f"account_id={square.anna.id}") == []
    assert await ids(f"target_account_id={square.shop.id}") == [second["id"]]
    assert await ids("by_target_domain=far.example") == []
    third = await filed(square)
    page = await square.anna.get(f"{REPORTS}?limit=1")
    assert [report["id"] for report in page.json()] == [third["id"]]
    older = await square.anna.get(page.links["next"]["url"])
    assert [report["id"] for report in older.json()] == [second["id"]]


async def test_changing_what_it_is_about(square: Square) -> None:
    broken = await rule(square, "Be kind")
    path = f"{REPORTS}/{(await filed(square))['id']}"
    changed = await square.anna.put(path, json={"category": "violation", "rule_ids": [broken]})
    check(changed.json(), entities.AdminReport)
    assert (changed.json()["category"], len(changed.json()["rules"])) == ("violation", 1)
    changed = await square.anna.put(path, data={"category": "spam"})
    assert (changed.json()["category"], changed.json()["rules"]) == ("spam", [])
    assert (await square.anna.put(path, json={"category": "boring"})).status_code == 422
    assert (await square.anna.put(path, json={"rule_ids": [7]})).status_code == 422
    assert (await square.anna.put(path, json={"category": "spam", "rule_ids": [broken]})).status_code == 422


@pytest.mark.parametrize(("method", "tail"), ONE)
async def test_only_moderators_of_the_network(square: Square, method: str, tail: str) -> None:
    path = f"{REPORTS}/{(await filed(square))['id']}{tail}"
    for person in (square.bjorn, square.nobody()):
        response = await person.http.request(method, path)
        assert (response.status_code, response.text) == NOT_ALLOWED
    stranger = await square.add(OTHER, "oskar", admin=True)
    for outsider in (square.person(INSIDE, "anna"), stranger):
        answers = [await outsider.http.request(method, p) for p in (path, f"{REPORTS}/77{tail}")]
        assert {(a.status_code, a.text) for a in answers} == {NOT_FOUND}


async def test_the_list_is_for_moderators(square: Square) -> None:
    for person in (square.bjorn, square.nobody()):
        response = await person.get(REPORTS)
        assert (response.status_code, response.text) == NOT_ALLOWED
    await filed(square)
    assert (await square.person(INSIDE, "anna").get(REPORTS)).json() == []
