"""The rules of the house for those who write them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.admin_api.helpers import ADMIN, acts, details, entries, give_role, ok, refused, same_as_never
from tests.contract.entity_check import check_list
from tests.fixtures.square import Square
from torg.kernel.actor import Permission
from torg.mastodon_api import entities

PATH = f"{ADMIN}/rules"
PUBLIC_PATH = "/api/v1/instance/rules"


async def test_rules_are_written_ordered_translated_and_taken_away(square: Square) -> None:
    await give_role(square, square.reporter, Permission.MANAGE_RULES)
    officer = square.reporter
    first = await ok(await officer.post(PATH, json={"text": " Be kind ", "hint": "To all"}))
    second = await ok(await officer.post(PATH, data={"text": "No spam", "translations[SV][text]": "Ingen reklam"}))
    assert [first["position"], second["position"]] == [0, 1]
    assert second["translations"] == {"sv": {"text": "Ingen reklam", "hint": ""}}
    changed = await ok(await officer.put(f"{PATH}/{first['id']}", json={"position": 5, "text": "Be very kind"}))
    assert (changed["hint"], changed["position"]) == ("To all", 5)
    shown = await ok(await square.nobody().get(PUBLIC_PATH))
    check_list(shown, entities.Rule, at_least=2)
    assert [rule["text"] for rule in shown] == ["No spam", "Be very kind"]
    assert shown[0]["translations"]["sv"]["text"] == "Ingen reklam"
    assert await ok(await officer.get(PATH)) == [second, changed]
    assert await ok(await officer.delete(f"{PATH}/{second['id']}")) == {}
    assert (await officer.get(f"{PATH}/{second['id']}")).status_code == 404
    assert (await officer.put(f"{PATH}/{second['id']}", json={"text": "x"})).status_code == 404
    assert [rule["text"] for rule in await ok(await square.nobody().get(PUBLIC_PATH))] == ["Be very kind"]
    assert await acts(square) == [(verb, "rule") for verb in ("create", "create", "update", "delete")]
    assert (await entries(square))[2].details == {
        "before": "Be kind", "changed": {"position": 5, "text": "Be very kind"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({}, {"text": "ERR_BLANK"}),
        ({"text": "x" * 1001}, {"text": "ERR_TOO_LONG"}),
        ({"text": "x", "hint": "x" * 2001}, {"hint": "ERR_TOO_LONG"}),
        ({"text": "x", "position": -1}, {"position": "ERR_INVALID"}),
        ({"text": "x", "position": 2**40}, {"position": "ERR_INVALID"}),
        ({"text": "x", "translations": {"klingon": {"text": "Qapla"}}}, {"translations": "ERR_INVALID"}),
        ({"text": "x", "translations": {"sv": {"text": "x" * 1001}}}, {"translations": "ERR_TOO_LONG"}),
        ({"text": "x", "translations": "sv"}, {"translations": "ERR_INVALID"}),
    ],
)
async def test_what_is_wrong_is_told(square: Square, form: dict[str, Any], wrong: dict[str, str]) -> None:
    assert await details(await square.anna.post(PATH, json=form)) == wrong
    assert await acts(square) == []


async def test_only_the_office_may(square: Square) -> None:
    made = await ok(await square.anna.post(PATH, json={"text": "Hej"}))
    await refused(square, "POST", PATH, Permission.MANAGE_RULES, json={"text": "Nej"})
    for method, rest in (
        ("GET", ""),
        ("GET", f"/{made['id']}"),
        ("PUT", f"/{made['id']}"),
        ("DELETE", f"/{made['id']}"),
    ):
        assert (await square.shop.http.request(method, PATH + rest)).status_code == 403


async def test_the_wall(square: Square) -> None:
    made = await ok(await square.anna.post(PATH, json={"text": "Hej"}))
    for method in ("GET", "PUT", "DELETE"):
        await same_as_never(square, method, PATH + "/{id}", made["id"])
