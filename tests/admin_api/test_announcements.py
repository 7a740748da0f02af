"""Announcements for those who write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.admin_api.helpers import ADMIN, acts, details, entries, give_role, ok, refused, same_as_never
from tests.fixtures.square import Person, Square
from torg.kernel.actor import Permission
from torg.kernel.clock import iso, now

PATH = f"{ADMIN}/announcements"


async def read_by(person: Person) -> list[str]:
    return [one["content"] for one in await ok(await person.get("/api/v1/announcements"))]


async def test_from_draft_to_everybody_and_back(square: Square) -> None:
    await give_role(square, square.reporter, Permission.MANAGE_ANNOUNCEMENTS)
    officer = square.reporter
    made = await ok(await officer.post(PATH, json={"text": "Vi flyttar @bjorn", "publish": False, "all_day": True}))
    assert (made["published"], made["published_at"], made["text"]) == (False, None, "Vi flyttar @bjorn")
    assert made["all_day"] is False, "whole days take a beginning or an end"
    assert await read_by(square.bjorn) == []
    one = f"{PATH}/{made['id']}"
    assert (await ok(await officer.post(f"{one}/publish")))["published"] is True
    assert (await ok(await officer.post(f"{one}/publish")))["published"] is True
    end = iso(now() + timedelta(days=2))
    changed = await ok(await officer.put(one, data={"ends_at": end, "all_day": "1"}))
    assert (changed["ends_at"], changed["all_day"], changed["text"]) == (end, True, "Vi flyttar @bjorn")
    changed = await ok(await officer.put(one, json={"text": "Vi stannar", "ends_at": None}))
    assert (changed["ends_at"], changed["all_day"], changed["content"]) == (None, False, "<p>Vi stannar</p>")
    assert await read_by(square.bjorn) == ["<p>Vi stannar</p>"]
    assert await ok(await officer.get(one)) == changed
    assert await ok(await officer.get(PATH)) == [changed]
    assert (await ok(await officer.post(f"{one}/unpublish")))["published"] is False
    assert await read_by(square.bjorn) == []
    assert await ok(await officer.delete(one)) == {}
    assert (await officer.get(one)).status_code == 404
    verbs = ["create", "publish", "update", "update", "unpublish", "delete"]
    assert await acts(square) == [(verb, "announcement") for verb in verbs], "what changed nothing is not logged"
    assert {entry.actor_id for entry in await entries(square)} == {officer.id}


async def test_a_planned_one_waits_for_its_time(square: Square) -> None:
    at = iso(now() + timedelta(hours=1))
    made = await ok(await square.anna.post(PATH, json={"text": "Sedan", "scheduled_at": at}))
    assert (made["published"], made["scheduled_at"]) == (False, at)
    await square.settle()
    assert await read_by(square.bjorn) == []
    soon = await ok(await square.anna.put(f"{PATH}/{made['id']}", json={"scheduled_at": iso(now())}))
    assert soon["published"] is False
    await square.settle()
    assert await read_by(square.bjorn) == ["<p>Sedan</p>"]


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({}, {"text": "ERR_BLANK"}),
        ({"text": "  \n"}, {"text": "ERR_BLANK"}),
        ({"text": "x" * 20_001}, {"text": "ERR_TOO_LONG"}),
        ({"text": "x", "starts_at": "2026-02-02", "ends_at": "2026-02-01"}, {"ends_at": "ERR_INVALID"}),
        (
            {"text": "x", "starts_at": "soon", "all_day": "maybe"},
            {"starts_at": "ERR_INVALID", "all_day": "ERR_INVALID"},
        ),
    ],
)
async def test_what_is_wrong_is_told(square: Square, form: dict[str, Any], wrong: dict[str, str]) -> None:
    assert await details(await square.anna.post(PATH, json=form)) == wrong
    assert await acts(square) == []


async def test_only_the_office_may(square: Square) -> None:
    made = await ok(await square.anna.post(PATH, json={"text": "Hej"}))
    await refused(square, "POST", PATH, Permission.MANAGE_ANNOUNCEMENTS, json={"text": "Nej"})
    for method, rest in (
        ("GET", ""),
        ("GET", f"/{made['id']}"),
        ("PUT", f"/{made['id']}"),
        ("DELETE", f"/{made['id']}"),
    ):
        assert (await square.shop.http.request(method, PATH + rest)).status_code == 403
    for rest in ("publish", "unpublish"):
        assert (await square.shop.post(f"{PATH}/{made['id']}/{rest}")).status_code == 403
    assert await acts(square) == [("create", "announcement")]


async def test_the_wall(square: Square) -> None:
    made = await ok(await square.anna.post(PATH, json={"text": "Hej"}))
    for method, rest in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/publish"), ("POST", "/unpublish")):
        await same_as_never(square, method, PATH + "/{id}" + rest, made["id"])
