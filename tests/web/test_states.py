"""Pages with nothing on them, and refusals, say what to do: to a new member, a guest, whoever is logged out."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader

EMPTY = re.compile(r'<p class="empty">(.*?)</p>', re.DOTALL)


@pytest.mark.parametrize("host", [PUBLIC, INSIDE])
async def test_a_new_member_with_nothing_is_told_where_to_go(square: Square, host: str) -> None:
    await square.add(host, "nova")
    nova = square.person(host, "nova")
    list_ = (await nova.post("/api/v1/lists", json={"title": "Nobody"})).json()
    reader = await Reader(square, host).enters("nova")
    for path, way in {
        "/": "/groups" if host == INSIDE else "/explore",
        "/public": "/compose",
        "/explore": "/public",
        "/groups": "/groups/new",
        "/tags/unused": "/compose?text=%23unused%20",
        f"/lists/{list_['id']}": f"/lists/{list_['id']}/members",
        "/columns": "/explore",
    }.items():
        page = await reader.open(path)
        assert page.status_code == 200, path
        said = EMPTY.findall(page.text)
        assert said, path
        assert any(f'href="{way}"' in one for one in said), (path, said)
    if host == PUBLIC:
        assert "search for a handle" in (await reader.open("/public?only=remote")).text


async def test_a_guest_is_told_where_a_guest_reads_and_writes(square: Square) -> None:
    guest = await square.add(INSIDE, "gast")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (guest.id,))
    reader = await Reader(square, INSIDE).enters("gast")
    assert "in your groups, not what everybody says" in (await reader.open("/public")).text
    assert "Nobody has said anything in your groups yet" in (await reader.open("/")).text
    assert "Ask whoever invited you" in (await reader.open("/groups")).text
    away = await reader.open("/compose")
    assert (away.status_code, away.headers["location"]) == (303, "/groups")
    assert (await reader.open("/columns")).status_code == 200


async def test_a_refusal_asks_nobody_to_log_in_who_is_logged_in(square: Square) -> None:
    member, stranger = await Reader(square).enters("bjorn"), Reader(square)
    for path, status in (("/@nobody", 404), ("/lists/1", 404), ("/admin", 403)):
        page = await member.open(path)
        assert page.status_code == status
        assert "/auth/sign_in" not in page.text
        for way in ('href="/"', 'href="/search"', 'href="/networks"', 'href="/about"'):
            assert way in page.text
    page = await stranger.open("/@nobody")
    assert "/auth/sign_in" in page.text
    assert "It may be deleted" in (await member.open("/@nobody")).text
    swedish = await Reader(square, language="sv").enters("bjorn")
    assert "borttaget, eller stå i en grupp" in (await swedish.open("/@nobody")).text


async def test_whoever_is_logged_out_is_told_why_and_comes_back(square: Square) -> None:
    reader = Reader(square)
    away = await reader.open("/notifications")
    page = await reader.open(away.headers["location"])
    assert "you come to it at once" in page.text
    assert 'name="next" value="/notifications"' in page.text
    assert "you come to it at once" not in (await reader.open("/auth/sign_in")).text
