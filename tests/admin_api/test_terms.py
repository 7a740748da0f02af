"""Versions of the terms of service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.admin_api.helpers import ADMIN, acts, details, ok, refused, same_as_never
from tests.contract.entity_check import check
from tests.fixtures.square import Square
from torg.kernel.actor import Permission
from torg.mastodon_api import entities

PATH = f"{ADMIN}/terms_of_service"


def day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


async def test_versions_follow_each_other(square: Square) -> None:
    first = await ok(await square.anna.post(PATH, json={"text": "Villkor"}))
    assert (first["effective_date"], first["effective"]) == (day(0), True)
    later = await ok(await square.anna.post(PATH, data={"text": "Nya", "effective_date": day(30)}))
    assert (later["effective_date"], later["effective"]) == (day(30), False)
    shown = await ok(await square.nobody().get("/api/v1/instance/terms_of_service"))
    check(shown, entities.TermsOfService)
    assert (shown["content"], shown["succeeded_by"]) == ("<p>Villkor</p>", day(30))
    coming = await ok(await square.nobody().get(f"/api/v1/instance/terms_of_service/{day(30)}"))
    assert (coming["effective"], coming["content"]) == (False, "<p>Nya</p>")
    assert await ok(await square.anna.get(PATH)) == [later, first]
    assert (await square.anna.delete(f"{PATH}/{first['id']}")).status_code == 422, "what people agreed to is kept"
    assert await ok(await square.anna.delete(f"{PATH}/{later['id']}")) == {}
    assert await ok(await square.anna.get(PATH)) == [first]
    assert await acts(square) == [(verb, "terms_of_service") for verb in ("publish", "publish", "delete")]


async def test_what_is_wrong_is_told(square: Square) -> None:
    await ok(await square.anna.post(PATH, json={"text": "Ett", "effective_date": day(5)}))
    post = square.anna.post
    assert await details(await post(PATH, json={"text": " "})) == {"text": "ERR_BLANK"}
    assert await details(await post(PATH, json={"text": "x" * 100_001})) == {"text": "ERR_TOO_LONG"}
    for ahead, code in ((-1, "ERR_INVALID"), (0, "ERR_TAKEN"), (5, "ERR_TAKEN")):
        form = {"text": "x", "effective_date": day(ahead)}
        assert await details(await post(PATH, json=form)) == {"effective_date": code}
    assert await details(await post(PATH, json={"text": "x", "effective_date": "i morgon"})) == {
        "effective_date": "ERR_INVALID"
    }


async def test_only_the_office_may_and_the_wall(square: Square) -> None:
    made = await ok(await square.anna.post(PATH, json={"text": "Ett", "effective_date": day(5)}))
    await refused(square, "POST", PATH, Permission.MANAGE_SETTINGS, json={"text": "Nej"})
    for method, rest in (("GET", ""), ("GET", f"/{made['id']}"), ("DELETE", f"/{made['id']}")):
        assert (await square.shop.http.request(method, PATH + rest)).status_code == 403
    for method in ("GET", "DELETE"):
        await same_as_never(square, method, PATH + "/{id}", made["id"])
