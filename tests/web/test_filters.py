"""Filters on pages: written, changed and deleted in the plain form, and what they do to a timeline."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.square import INSIDE, Square
from tests.web.reader import Reader


async def mine(square: Square) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await square.anna.get("/api/v2/filters")).json()
    return found


async def test_a_filter_is_written_changed_and_deleted(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/settings/filters/new")
    empty = await reader.send(page, "/settings/filters", title="", **{"context[]": ["home"]})
    assert empty.status_code == 422
    fields = {"context[]": ["home", "thread"], "words[]": ["spoiler", "", "the end"], "whole[]": ["0"]}
    sent = await reader.send(page, "/settings/filters", title="Films", action="hide", lasts="86400", **fields)
    assert sent.headers["location"] == "/settings/filters"
    [made] = await mine(square)
    assert (made["title"], made["filter_action"], made["context"]) == ("Films", "hide", ["home", "thread"])
    assert made["expires_at"] is not None
    assert [(k["keyword"], k["whole_word"]) for k in made["keywords"]] == [("spoiler", True), ("the end", False)]
    path = f"/settings/filters/{made['id']}"
    page = await reader.open(path)
    fields = {"context[]": ["public"], "words[]": ["", "the very end", "more"], "whole[]": ["1"]}
    await reader.send(page, path, title="Film", action="blur", lasts="-1", **fields)
    [changed] = await mine(square)
    assert changed["expires_at"] == made["expires_at"]
    assert (changed["title"], changed["filter_action"]) == ("Film", "blur")
    assert [(k["keyword"], k["whole_word"]) for k in changed["keywords"]] == [("the very end", True), ("more", False)]
    other = await Reader(square).enters("bjorn")
    assert (await other.open(path)).status_code == 404
    assert (await other.send(await other.open("/settings/filters/new"), f"{path}/delete")).status_code == 404
    await reader.send(page, f"{path}/delete")
    assert await mine(square) == []


async def test_filters_hide_and_cover_in_their_places_only(square: Square) -> None:
    said = await square.bjorn.says("A spoiler about the film")
    other = await square.bjorn.says("Also spoiled by name")
    reader = await Reader(square).enters("anna")
    form = await reader.open("/settings/filters/new")
    fields = {"words[]": ["spoiler"], "context[]": ["public"]}
    await reader.send(form, "/settings/filters", title="Plots", action="warn", lasts="0", **fields)
    public = (await reader.open("/public")).text
    assert "Filtered: Plots" in public
    assert "A spoiler about the film" in public
    assert "Filtered: Plots" not in (await reader.open("/@bjorn")).text, "it holds in the public lists only"
    assert "Filtered: Plots" not in (await Reader(square).open("/public")).text
    [made] = await mine(square)
    page = await reader.open(f"/settings/filters?post={other['id']}")
    assert "Also spoiled by name" in page.text
    await reader.send(page, f"/settings/filters/{made['id']}/add", post=other["id"])
    [made] = await mine(square)
    assert [one["status_id"] for one in made["statuses"]] == [other["id"]]
    await square.anna.put(f"/api/v2/filters/{made['id']}", json={"filter_action": "hide"})
    hidden = (await reader.open("/public")).text
    assert "A spoiler" not in hidden
    assert "Also spoiled" not in hidden
    assert said["id"] not in hidden


async def test_a_post_that_one_may_not_read_goes_into_no_filter(square: Square) -> None:
    secret = await square.bjorn.says("For friends", visibility="private")
    reader = await Reader(square).enters("anna")
    page = await reader.open(f"/settings/filters/new?post={secret['id']}")
    sent = await reader.send(page, "/settings/filters", title="X", lasts="0", **{"context[]": ["home"]})
    assert sent.status_code == 404
    assert "For friends" not in (await reader.open(f"/settings/filters?post={secret['id']}")).text
    assert await mine(square) == []


async def filtering(square: Square, action: str, *contexts: str, word: str = "spoiler") -> None:
    body = {"title": "Plots", "context": contexts, "filter_action": action, "keywords_attributes": [{"keyword": word}]}
    answer = await square.anna.post("/api/v2/filters", json=body)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("action", ["warn", "hide"])
async def test_each_page_is_in_the_place_that_mastodon_has_for_it(square: Square, action: str) -> None:
    """And what one kept or looked for oneself is in none."""
    await square.anna.follows(square.bjorn)
    asked = await square.anna.says("What happens?")
    await square.bjorn.says("@anna a spoiler", in_reply_to_id=asked["id"])
    said = await square.bjorn.says("@anna a spoiler #film")
    await square.bjorn.post(f"/api/v1/statuses/{said['id']}/pin")
    list_ = (await square.anna.post("/api/v1/lists", json={"title": "L"})).json()
    await square.anna.post(f"/api/v1/lists/{list_['id']}/accounts", json={"account_ids": [str(square.bjorn.id)]})
    await square.anna.post(f"/api/v1/statuses/{said['id']}/bookmark")
    event = {"slug": "film", "title": "Film", "tags": ["film"], "starts_at": said["created_at"]}
    assert (await square.anna.post("/api/torg/v1/event_pages", json=event)).status_code == 200
    await square.settle()
    await filtering(square, action, "home")
    [made] = await mine(square)
    reader = await Reader(square).enters("anna")
    pages = {
        "/": "home", f"/lists/{list_['id']}": "home", "/notifications": "notifications", "/public": "public",
        "/tags/film": "public", "/live/film": "public", "/@bjorn": "account", f"/@anna/{asked['id']}": "thread",
        "/bookmarks": "", "/search?q=spoiler": "", "/live/film/wall": "",
    }  # fmt: skip
    for context in ("home", "notifications", "public", "thread", "account"):
        await square.anna.put(f"/api/v2/filters/{made['id']}", json={"context": [context]})
        for path, place in pages.items():
            text = (await reader.open(path)).text
            here, there = "Filtered: Plots" in text, "a spoiler" in text
            if place != context:
                assert (here, there) == (False, True), (context, path)
            else:
                assert (here, there) == ((True, True) if action == "warn" else (False, False)), (context, path)


async def test_the_opened_post_is_covered_not_hidden_and_a_button_leaves_the_cover(square: Square) -> None:
    said = await square.bjorn.says("A spoiler")
    await filtering(square, "hide", "thread")
    reader = await Reader(square).enters("anna")
    page = await reader.open(f"/@bjorn/{said['id']}")
    assert "Filtered: Plots" in page.text
    await filtering(square, "warn", "public")
    mark = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    for back, covered in (("/public", True), (f"/@bjorn/{said['id']}", True), ("/bookmarks", False), ("/", False)):
        swapped = await reader.http.post(
            f"/posts/{said['id']}/favourite", data={"csrf": mark, "back": back}, headers={"HX-Request": "true"}
        )
        assert swapped.status_code == 200
        assert ("Filtered: Plots" in swapped.text) is covered, back


async def test_a_quoted_post_is_filtered_within_the_quote(square: Square) -> None:
    said = await square.bjorn.says("A spoiler")
    await square.reporter.says("Look here", quoted_status_id=said["id"])
    reader = await Reader(square).enters("anna")
    await filtering(square, "warn", "public")
    text = (await reader.open("/public")).text
    assert text.count("Filtered: Plots") == 2, "alone, and within the quote"
    await filtering(square, "hide", "public")
    text = (await reader.open("/public")).text
    assert "Look here" in text
    assert "A spoiler" not in text
    assert "hidden by one of your filters: Plots" in text


async def test_filters_hold_on_the_page_of_a_group(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await bjorn.post("/api/torg/v1/groups", json={"name": "film", "display_name": "Film", "kind": "open"})
    await bjorn.says("!film a spoiler")
    body = {"title": "Plots", "filter_action": "hide", "keywords_attributes": [{"keyword": "spoiler"}]}
    reader = await Reader(square, INSIDE).enters("anna")
    assert "a spoiler" in (await reader.open("/@film")).text
    await anna.post("/api/v2/filters", json={**body, "context": ["public"]})
    assert "a spoiler" not in (await reader.open("/@film")).text
