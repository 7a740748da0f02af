"""Filters on pages: written, changed and deleted in the plain form, and what they do to a timeline."""

from __future__ import annotations

from typing import Any

from tests.fixtures.square import Square
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
