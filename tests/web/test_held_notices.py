"""Notifications of strangers: chosen by kind of account, held back, let through or put away."""

from __future__ import annotations

import re

import httpx2
import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader, session_of

POLICY, HELD = "/settings/notifications", "/notifications/requests"


def numbers(page: httpx2.Response) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="id\[\]" value="(\d+)"', page.text)))


async def test_what_is_held_back_is_let_through_or_put_away(square: Square) -> None:
    reader = await Reader(square).enters("bjorn")
    page = await reader.open(POLICY)
    assert (await reader.send(page, POLICY, for_not_following="filter")).headers["location"] == f"{POLICY}?done=1"
    assert (await square.bjorn.get("/api/v2/notifications/policy")).json()["for_not_following"] == "filter"
    await square.anna.says("@bjorn from Anna")
    await square.shop.says("@bjorn from the shop")
    await square.settle()
    list_ = await reader.open("/notifications")
    assert "2 accounts wait to reach you" in list_.text
    assert "from Anna" not in list_.text
    held = await reader.open(HELD)
    assert "from Anna" in held.text
    assert "from the shop" in held.text
    shop, anna = numbers(held)
    csrf = {"csrf": held.text.split('name="csrf" value="')[1].split('"')[0]}
    other = await Reader(square).enters("reporter")
    theirs = {"csrf": re.findall(r'name="csrf" value="([^"]+)', (await other.open(POLICY)).text)[0]}
    foreign = await other.http.post(HELD, data={**theirs, "id[]": anna, "verdict": "accept"})
    assert foreign.status_code == 404
    assert (await reader.http.post(HELD, data={**csrf, "id[]": anna, "verdict": "accept"})).status_code == 303
    assert (await reader.http.post(HELD, data={**csrf, "id[]": shop, "verdict": "dismiss"})).status_code == 303
    assert "from Anna" in (await reader.open("/notifications")).text
    assert "Nothing is held back." in (await reader.open(HELD)).text
    assert (await reader.http.post(HELD, data={**csrf, "id[]": anna, "verdict": "odd"})).status_code == 422


@pytest.mark.parametrize("path", [POLICY, HELD])
async def test_they_are_a_members_own(square: Square, path: str) -> None:
    for host in (PUBLIC, INSIDE):
        assert (await Reader(square, host).open(path)).headers["location"].startswith("/auth/sign_in")
    elsewhere = Reader(square, INSIDE)
    elsewhere.http.cookies.set("torg_session", await session_of(square, PUBLIC, "bjorn"))
    assert (await elsewhere.open(path)).status_code == 303
    member = await Reader(square, language="sv").enters("bjorn")
    assert (await member.open(path)).status_code == 200
    assert (await member.http.post(path, data={"csrf": "x", "verdict": "accept"})).status_code == 403
