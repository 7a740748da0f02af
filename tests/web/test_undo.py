"""What was done is said on the next page or beside the post that changed, with a button that undoes it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.fixtures.square import Person, Square
from tests.web.reader import HIDDEN, Reader
from torg.web import undo
from torg.web.acts import VERBS


def line(page: Any) -> tuple[str, str, dict[str, str]]:
    """What the line says, where its form leads and with what; empty where there is no form."""
    (found,) = re.findall(r"data-done-here[^>]*>(.*?)</div>", page.text, re.DOTALL)
    said = re.search(r"<p>(.*?)</p>", found)
    form = re.search(r'<form method="post" action="([^"]+)"', found)
    fields = {name: html.unescape(value) for name, value in HIDDEN.findall(found)}
    return (html.unescape(said[1]) if said else "", form[1] if form else "", fields)


async def ties(person: Person, id_: int) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(f"/api/v1/accounts/relationships?id[]={id_}")).json()[0]
    return found


@pytest.mark.parametrize(
    ("verb", "flag", "before"),
    [("favourite", "favourited", False), ("boost", "reblogged", False), ("bookmark", "bookmarked", False),
     ("mute", "muted", False), ("unfavourite", "favourited", True), ("unbookmark", "bookmarked", True)],
)  # fmt: skip
async def test_what_was_done_with_a_post_is_undone(square: Square, verb: str, flag: str, before: bool) -> None:
    said = await square.bjorn.says("A thing")
    if before:
        assert (await square.anna.post(f"/api/v1/statuses/{said['id']}/{verb.removeprefix('un')}")).status_code == 200
    reader = await Reader(square).enters("anna")
    page = await reader.open("/public")
    assert line(page) == ("", "", {})
    sent = await reader.send(page, f"/posts/{said['id']}/{verb}", back="/public")
    page = await reader.open(sent.headers["location"])
    text, path, fields = line(page)
    assert text
    assert "Undo" in page.text
    assert (await square.anna.get(f"/api/v1/statuses/{said['id']}")).json()[flag] is not before
    undone = await reader.http.post(path, data=fields)
    assert undone.status_code == 303
    assert (await square.anna.get(f"/api/v1/statuses/{said['id']}")).json()[flag] is before
    assert line(await reader.open(undone.headers["location"]))[:2] == ("Undone.", "")
    assert line(await reader.open("/public"))[0] == "", "it is said once"


async def test_a_post_that_is_swapped_brings_the_line_along(square: Square) -> None:
    said = await square.bjorn.says("Swap me")
    boosted = (await square.shop.post(f"/api/v1/statuses/{said['id']}/reblog")).json()
    await square.anna.follows(square.shop)
    reader = await Reader(square).enters("anna")
    page = await reader.open("/")
    assert "Boosted by" in page.text
    reader.http.headers["HX-Request"] = "true"
    sent = await reader.send(page, f"/posts/{said['id']}/favourite", back="/", of=boosted["id"])
    assert "<template data-done>" in sent.text
    assert "Marked as a favourite." in sent.text
    assert f"hx-target=\"[data-post='{boosted['id']}']\"" in sent.text
    assert "Boosted by" in sent.text, "it stays the boost that it was"
    other = await square.bjorn.says("Another")
    sent = await reader.send(page, f"/posts/{other['id']}/favourite", back="/", of=boosted["id"])
    assert "Boosted by" not in sent.text
    assert undo.COOKIE not in reader.http.cookies


async def test_ties_are_undone_and_a_block_gives_the_following_back(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    bjorn = square.bjorn.id
    for verb, flag, after in (("follow", "following", True), ("mute", "muting", True), ("block", "blocking", True),
                              ("unfollow", "following", False)):  # fmt: skip
        await reader.open("/lists")  # where what was done before is said
        page = await reader.open("/@bjorn")
        before = (await ties(square.anna, bjorn))[flag]
        sent = await reader.send(page, f"/accounts/{bjorn}/{verb}")
        assert (await ties(square.anna, bjorn))[flag] is after
        text, path, fields = line(await reader.open(sent.headers["location"]))
        assert text, verb
        assert (await reader.http.post(path, data=fields)).status_code == 303
        assert (await ties(square.anna, bjorn))[flag] is before
        if verb == "follow":
            await reader.send(page, f"/accounts/{bjorn}/{verb}")
    assert (await ties(square.anna, bjorn))["following"] is True


async def test_a_post_goes_back_into_the_form(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/compose")
    sent = await reader.send(page, "/compose", text="Too early #oops", do="post", audience="unlisted")
    assert sent.status_code == 303
    home = await reader.open(sent.headers["location"])
    text, path, fields = line(home)
    assert text == "Posted."
    assert "Undo, and write on" in home.text
    id_ = path.split("/")[2]
    other = await Reader(square).enters("bjorn")
    assert (await other.send(await other.open("/"), path)).status_code == 404, "one's own alone"
    back = await reader.http.post(path, data=fields)
    assert back.headers["location"].startswith("/compose?draft=")
    form = await reader.open(back.headers["location"])
    assert "Too early #oops" in form.text
    assert re.search(r'<option value="unlisted" selected', form.text)
    assert (await square.anna.get(f"/api/v1/statuses/{id_}")).status_code == 404


async def test_a_column_comes_back_where_it_was(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    names = r"data-column=\"\d+\".*?<h2[^>]*>.*?<bdi>(.*?)</bdi>"
    page = await reader.open("/columns")
    await reader.send(page, "/columns", what="search", words="träd & =; båt")
    page = await reader.open("/columns")
    before = re.findall(names, page.text, re.DOTALL)
    for at in (0, 3):
        page = await reader.open("/columns")
        column = re.findall(r'data-column="(\d+)"', page.text)[at]
        await reader.send(page, f"/columns/{column}/remove")
        page = await reader.open("/columns")
        assert len(re.findall(names, page.text, re.DOTALL)) == 3
        _, path, fields = line(page)
        assert (await reader.http.post(path, data=fields)).status_code == 303
        assert re.findall(names, (await reader.open("/columns")).text, re.DOTALL) == before


@pytest.mark.parametrize("value", ["", "x", "e30", "!!!!", "eyJkaWQiOiJub25zZW5zZSJ9", "A" * 4000, '"', "eyJkaWQiOjF9"])
async def test_a_cookie_of_nonsense_says_nothing(square: Square, value: str) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/lists", Cookie=f"{'; '.join(f'{n}={v}' for n, v in reader.http.cookies.items())}; "
                                             f"{undo.COOKIE}={value}")  # fmt: skip
    assert page.status_code == 200
    assert line(page) == ("", "", {})


def test_every_button_under_a_post_has_a_line() -> None:
    called = {"mute": "hush", "unmute": "unhush"}
    assert {called.get(verb, verb) for verb in (*VERBS, "pin")} <= set(undo.DEEDS)


async def test_a_tag_a_list_and_an_open_group_have_a_way_back(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    await square.anna.follows(square.bjorn)
    made = (await square.anna.post("/api/v1/lists", json={"title": "Near"})).json()["id"]
    await square.anna.post(f"/api/v1/lists/{made}/accounts", json={"account_ids": [str(square.bjorn.id)]})

    async def undone(sent: Any) -> None:
        text, path, fields = line(await reader.open(sent.headers["location"]))
        assert text
        back = await reader.http.post(path, data=fields)
        assert back.status_code == 303, back.text
        assert line(await reader.open(back.headers["location"]))[0] == "Undone."

    page = await reader.open("/lists")
    await undone(await reader.send(page, "/tags/torg/follow"))
    assert not (await square.anna.get("/api/v1/tags/torg")).json()["following"]
    await square.anna.post("/api/v1/tags/torg/follow")
    await undone(await reader.send(page, "/tags/torg/unfollow", back="list"))
    assert (await square.anna.get("/api/v1/tags/torg")).json()["following"]
    await undone(await reader.send(page, f"/lists/{made}/remove", account_id=square.bjorn.id))
    assert [one["acct"] for one in (await square.anna.get(f"/api/v1/lists/{made}/accounts")).json()] == ["bjorn"]
    room = (await square.bjorn.post("/api/torg/v1/groups", json={"handle": "walkers", "name": "Walkers"})).json()["id"]
    await undone(await reader.send(page, f"/groups/{room}/join"))
    assert not (await ties(square.anna, room))["following"]
    await square.anna.post(f"/api/v1/accounts/{room}/follow")
    await undone(await reader.send(page, f"/groups/{room}/leave"))
    assert (await ties(square.anna, room))["following"]


def keys(page: Any) -> list[str]:
    return re.findall(r'class="told[^"]*" data-key="([^"]+)"', page.text)


async def test_notifications_are_dismissed_one_by_one_or_all_and_come_back(square: Square) -> None:
    said = await square.anna.says("Look at me")
    await square.bjorn.post(f"/api/v1/statuses/{said['id']}/favourite")
    await square.shop.says("@anna from the shop")
    await square.bjorn.says("@anna from Björn")
    await square.settle()
    reader = await Reader(square).enters("anna")
    page = await reader.open("/notifications")
    before = keys(page)
    assert len(before) == 3
    other = await Reader(square).enters("bjorn")
    theirs = await other.open("/notifications")
    await other.send(theirs, "/notifications/dismiss", key=before[0])
    assert keys(await reader.open("/notifications")) == before, "nobody dismisses what another is told"
    sent = await reader.send(page, "/notifications/dismiss", key=before[1])
    page = await reader.open(sent.headers["location"])
    assert keys(page) == [before[0], before[2]]
    assert len((await square.anna.get("/api/v1/notifications")).json()) == 2
    text, path, fields = line(page)
    assert text == "The notification is dismissed."
    assert (await other.http.post(path, data={**fields, "csrf": "x"})).status_code == 403
    page = await reader.open((await reader.http.post(path, data=fields)).headers["location"])
    assert keys(page) == before
    await square.shop.says("@anna while she reads")
    await square.settle()
    reader.http.headers["HX-Request"] = "true"
    swapped = await reader.send(page, "/notifications/dismiss", key="")
    del reader.http.headers["HX-Request"]
    assert "<template data-done>" in swapped.text
    page = await reader.open("/notifications")
    assert len(keys(page)) == 1, "what came since the page was shown stays"
    path, fields = "/notifications/restore", {n: html.unescape(v) for n, v in HIDDEN.findall(swapped.text)}
    await reader.http.post(path, data=fields)
    assert len(keys(await reader.open("/notifications"))) == 4
    assert (await reader.http.post(path, data={**fields, "at": "yesterday"})).status_code == 422
