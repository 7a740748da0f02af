"""The switcher between a person's faces: who one is, what is new in each, the same page there, and the wall."""

from __future__ import annotations

import re

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.media.makers import encoded
from tests.web.reader import Reader
from torg.web.networks import kept


async def one_person(square: Square, handle: str = "bjorn") -> None:
    """The handle's accounts of both networks become one person's."""
    async with square.services.db.system() as tx:
        first = await tx.value("SELECT person_id FROM accounts WHERE id = %s", (square.person(PUBLIC, handle).id,))
        inner = square.person(INSIDE, handle).id
        await tx.run("UPDATE accounts SET person_id = %s WHERE id = %s", (first, inner))


def test_a_page_that_there_is_in_each_network_is_kept() -> None:
    for path, there in {
        "/notifications": "/notifications", "/tags/hej": "/tags/hej", "/columns?in=3": "/columns",
        "/@bjorn/12": "/", "//evil.example": "/", "https://evil.example/lists": "/", "": "/",
    }.items():  # fmt: skip
        assert kept(path) == there, path


async def test_who_one_is_stands_on_every_page_and_the_menu_has_the_others(square: Square) -> None:
    await one_person(square)
    await square.anna.says("@bjorn hej")
    await square.anna.says("@bjorn hemma", visibility="direct")
    await square.settle()
    for host, side, other in ((PUBLIC, "Public", "Inside"), (INSIDE, "Inside", "Public")):
        reader = await Reader(square, host).enters("bjorn")
        for path in ("/", "/lists", "/settings", "/@bjorn"):
            page = (await reader.open(path)).text
            (shown,) = re.findall(r'<details class="menu switcher.*?</summary>', page, re.DOTALL)
            assert "@bjorn" in shown
            assert side in shown
            assert other not in shown
            assert 'data-faces="/networks?part=1' in page
    reader = await Reader(square, INSIDE).enters("bjorn")
    menu = await reader.open("/networks?part=1&at=/notifications")
    assert "<html" not in menu.text
    assert f'href="http://{PUBLIC}/auth/sign_in?next=%2Fnotifications"' in menu.text
    assert "1 new notification" in menu.text
    assert "1 unread message" in menu.text
    assert menu.text.count('aria-current="true"') == 1
    assert menu.headers["cache-control"] == "private, no-store"
    stranger = await Reader(square).open("/")
    assert "switcher" not in stranger.text


async def test_accounts_that_a_face_may_post_for_stand_under_it(square: Square) -> None:
    team = await square.person(INSIDE, "anna").post(
        "/api/torg/v1/team_accounts", json={"username": "press", "display_name": "Press office"}
    )
    assert team.status_code == 200
    reader = await Reader(square, INSIDE).enters("anna")
    page = await reader.open("/networks")
    assert "Write as Press office" in page.text
    assert f'href="/compose/as/{team.json()["id"]}"' in page.text
    assert "Press office" not in (await (await Reader(square, INSIDE).enters("bjorn")).open("/networks")).text


async def test_the_wall_from_the_public_side_the_way_in_and_nothing_more(square: Square) -> None:
    await one_person(square)
    inner = square.person(INSIDE, "bjorn")
    picture = {"avatar": ("a.png", encoded(".png"), "image/png")}
    assert (await inner.patch("/api/v1/accounts/update_credentials", files=picture)).status_code == 200
    await inner.patch("/api/v1/accounts/update_credentials", json={"display_name": "Hemliga Björn"})
    await square.person(INSIDE, "anna").says("@bjorn hemligt")
    await square.settle()
    inside_id = square.networks[INSIDE].id
    within = await Reader(square, INSIDE).enters("bjorn")
    shown = await within.open(f"/networks/{inside_id}/avatar")
    assert shown.status_code == 200
    assert shown.headers["content-type"].startswith("image/")
    assert "private" in shown.headers["cache-control"]
    outside = await Reader(square, PUBLIC).enters("bjorn")
    page = (await outside.open("/networks?part=1")).text
    assert INSIDE in page, "the way in"
    assert "Hemliga" not in page
    assert "new notification" not in page
    never = await outside.open("/networks/1234567890/avatar")
    assert never.status_code == 404
    for reader in (outside, await Reader(square, OTHER).enters("olga"), await Reader(square, INSIDE).enters("anna")):
        there = await reader.open(f"/networks/{inside_id}/avatar")
        assert there.status_code == 404
        assert there.text == (await reader.open("/networks/1234567890/avatar")).text
    assert (await Reader(square, INSIDE).open(f"/networks/{inside_id}/avatar")).status_code == 404
    lonely = (await (await Reader(square, PUBLIC).enters("shop")).open("/networks?part=1")).text
    assert INSIDE not in lonely, "whoever has no account inside is told nothing of it"
