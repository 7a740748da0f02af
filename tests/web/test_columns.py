"""Columns without scripts: added, moved and removed by forms, kept for each account, and nothing of another's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.web.reader import Reader
from torg.columns.rules import MOST


def shown(page: Any) -> list[tuple[str, str]]:
    """(id, name) of the columns, from left to right."""
    found = re.findall(r'data-column="(\d+)".*?<h2[^>]*>.*?<bdi>(.*?)</bdi>', page.text, re.DOTALL)
    return [(str(id_), str(name)) for id_, name in found]


def names(page: Any) -> list[str]:
    return [name for _, name in shown(page)]


async def test_whoever_comes_first_has_some_and_arranges_them(square: Square) -> None:
    await square.anna.follows(square.bjorn)
    await square.bjorn.says("in the home and beside #wheels")
    reader = await Reader(square).enters("anna")
    page = await reader.open("/columns")
    assert page.status_code == 200
    assert names(page) == ["Home", "Notifications", "Everybody"]
    assert names(await reader.open("/columns")) == names(page), "once only"
    assert page.text.count("in the home and beside") == 2
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)), "no id twice, though a post stands in two columns"
    sent = await reader.send(page, "/columns", what="tag", words="#Wheels")
    added = sent.headers["location"].partition("?at=")[2]
    page = await reader.open(sent.headers["location"])
    assert names(page)[-1].lower() == "#wheels"
    assert re.search(rf'class="column here" data-column="{added}"', page.text), "a telephone shows the new one"
    await reader.send(page, f"/columns/{added}/move", by="-1")
    await reader.send(page, f"/columns/{shown(page)[0][0]}/move", by="9")
    assert [one.lower() for one in names(await reader.open("/columns"))] == [
        "notifications", "#wheels", "everybody", "home",
    ]  # fmt: skip
    gone = await reader.send(page, f"/columns/{added}/remove")
    assert gone.status_code == 303
    assert names(await reader.open("/columns")) == ["Notifications", "Everybody", "Home"]
    other = await Reader(square).enters("bjorn")
    assert names(await other.open("/columns")) == ["Home", "Notifications", "Everybody"]


async def test_lists_groups_and_searches_become_columns(square: Square) -> None:
    inner = square.person(INSIDE, "anna")
    list_ = (await inner.post("/api/v1/lists", json={"title": "Builders"})).json()
    group = (await inner.post("/api/torg/v1/groups", json={"name": "frames", "display_name": "Frames"})).json()
    await inner.says("in the group", group_id=group["id"])
    await inner.says("ordinary words about brakes")
    await square.settle()
    reader = await Reader(square, INSIDE).enters("anna")
    page = await reader.open("/columns")
    assert names(page) == ["Home", "Notifications", "Company feed"]
    assert 'value="local"' not in page.text, "an inside has no other servers"
    for what in (f"list:{list_['id']}", f"group:{group['id']}"):
        assert f'value="{what}"' in page.text
        assert (await reader.send(page, "/columns", what=what)).status_code == 303
    assert (await reader.send(page, "/columns", what="search", words="brakes")).status_code == 303
    page = await reader.open("/columns")
    assert names(page)[3:] == ["Builders", "Frames", "Search: brakes"]
    last = page.text[page.text.index("Search: brakes") :]
    assert "ordinary words" in last
    places = re.findall(r'data-place="([^"]+)"', page.text)
    assert places == ["home", "notifications", "public", f"list:{list_['id']}", f"group:{group['id']}"]
    assert (await inner.delete(f"/api/v1/lists/{list_['id']}")).status_code == 200
    page = await reader.open("/columns")
    assert page.status_code == 200
    assert "You can no longer see this" in page.text


async def test_what_makes_no_column_is_said_and_there_is_an_end(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/columns")
    for what, words, status in (("tag", "!", 422), ("search", "", 422), ("list:1", "", 404), ("group:x", "", 422),
                                ("nonsense", "", 404), ("list:" + "9" * 40, "", 422)):  # fmt: skip
        assert (await reader.send(page, "/columns", what=what, words=words)).status_code == status, what
    for n in range(MOST - 3):
        assert (await reader.send(page, "/columns", what="tag", words=f"tag{n}")).status_code == 303
    full = await reader.send(page, "/columns", what="tag", words="onemore")
    assert full.status_code == 422
    assert "No more columns fit" in full.text
    again = await reader.send(page, "/columns", what="tag", words="tag0")
    assert again.status_code == 303, "one that is there is gone to"
    forged = await reader.http.post("/columns", data={"what": "home", "csrf": "x"})
    assert forged.status_code == 403


async def test_more_of_a_column_comes_as_a_part(square: Square) -> None:
    for n in range(20):
        await square.bjorn.says(f"number {n}.")
    reader = await Reader(square).enters("anna")
    page = await reader.open("/columns")
    everybody = shown(page)[2][0]
    (older,) = re.findall(rf'hx-get="(/columns/{everybody}\?max_id=\d+)"', page.text)
    part = await reader.open(older, **{"HX-Request": "true"})
    assert "number 0." in part.text
    assert "number 19." not in part.text
    assert "<html" not in part.text
    assert f'id="c{everybody}-post-' in part.text
    alone = await reader.open(older)
    assert (alone.status_code, alone.headers["location"]) == (303, "/public")


async def test_a_button_in_a_column_leads_back_to_it(square: Square) -> None:
    said = await square.bjorn.says("mark me")
    reader = await Reader(square).enters("anna")
    page = await reader.open("/columns")
    column = shown(page)[2][0]
    path = f"/posts/{said['id']}/favourite"
    sent = await reader.send(page, path, back=f"/columns?at={column}")
    assert sent.headers["location"] == f"/columns?at={column}#c{column}-post-{said['id']}"
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    part = await reader.http.post(
        path, data={"csrf": csrf, "back": f"/columns?at={column}"}, headers={"HX-Request": "true"}
    )
    assert f'id="c{column}-post-{said["id"]}"' in part.text


@pytest.mark.parametrize("verb", ["move", "remove"])
async def test_the_wall_anothers_column_is_none(square: Square, verb: str) -> None:
    mine = await Reader(square, INSIDE).enters("anna")
    column = shown(await mine.open("/columns"))[0][0]
    others = [
        await Reader(square, INSIDE).enters("bjorn"),
        await Reader(square, PUBLIC).enters("anna"),
        await Reader(square, OTHER).enters("olga"),
    ]
    for reader in others:
        page = await reader.open("/columns")
        for id_ in (column, "1234567890"):
            assert (await reader.send(page, f"/columns/{id_}/{verb}")).status_code == 404
            assert (await reader.open(f"/columns/{id_}", **{"HX-Request": "true"})).status_code == 404
    stranger = Reader(square, INSIDE)
    for path in ("/columns", f"/columns/{column}"):
        assert (await stranger.open(path)).headers["location"].startswith("/auth/sign_in?next=")
    assert shown(await mine.open("/columns"))[0][0] == column
