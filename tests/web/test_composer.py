"""All that a post can have, written in the plain form: files, a poll, a time, a quote; drafts and changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.fixtures.square import Square
from tests.media import makers
from tests.web.reader import Reader
from torg.kernel.clock import now


async def newest(square: Square) -> dict[str, Any]:
    found: dict[str, Any] = (await square.anna.get(f"/api/v1/accounts/{square.anna.id}/statuses")).json()[0]
    return found


async def test_a_picture_comes_along_with_its_description(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/compose")
    fields = {"csrf": page.text.partition('name="csrf" value="')[2].partition('"')[0], "audience": "public"}
    sent = await reader.http.post(
        "/compose",
        data={**fields, "text": "Look", "alt_1": "A red square"},
        files={
            "file_1": ("red.png", makers.encoded(".png"), "image/png"),
            "file_2": ("", b"", "application/octet-stream"),
        },
    )
    assert sent.status_code == 303, sent.text
    [picture] = (await newest(square))["media_attachments"]
    assert (picture["type"], picture["description"]) == ("image", "A red square")
    broken = await reader.http.post(
        "/compose", data={**fields, "text": "Broken"}, files={"file_1": ("x.png", b"not a picture", "image/png")}
    )
    assert broken.status_code == 422
    assert ">Broken</textarea>" in broken.text


async def test_a_poll_a_warning_and_a_quote(square: Square) -> None:
    quoted = await square.bjorn.says("Quote me")
    reader = await Reader(square).enters("anna")
    page = await reader.open(f"/compose?quote={quoted['id']}")
    assert "Quote me" in page.text
    sent = await reader.send(page, "/compose", text="Indeed", spoiler="Bicycles", audience="unlisted")
    assert sent.status_code == 303, sent.text
    status = await newest(square)
    assert status["quote"]["quoted_status"]["id"] == quoted["id"]
    assert (status["spoiler_text"], status["visibility"]) == ("Bicycles", "unlisted")
    page = await reader.open("/compose")
    await reader.send(page, "/compose", text="Colour?", poll_days="3", **{"options[]": ["moss", "brick", "", ""]})
    assert [option["title"] for option in (await newest(square))["poll"]["options"]] == ["moss", "brick"]


async def test_a_draft_waits_also_in_apps_and_goes_when_it_is_published(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    form = await reader.open("/compose")
    kept = await reader.send(form, "/compose", text="Half a thou", do="draft", audience="private")
    assert kept.headers["location"] == "/drafts"
    [draft] = (await square.anna.get("/api/torg/v1/drafts")).json()
    assert draft["params"] == {"status": "Half a thou", "visibility": "private", "quote_approval_policy": "public"}
    page = await reader.open(f"/compose?draft={draft['id']}")
    assert "Half a thou</textarea>" in page.text
    await reader.send(page, "/compose", text="Half a thought", do="post")
    assert (await newest(square))["visibility"] == "private"
    assert (await square.anna.get("/api/torg/v1/drafts")).json() == []
    other = await Reader(square).enters("bjorn")
    assert (await other.open(f"/compose?draft={draft['id']}")).status_code == 404


async def test_a_post_for_later_is_planned_and_can_be_called_off(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    at = (now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    planned = await reader.send(await reader.open("/compose"), "/compose", text="Tomorrow", at=at)
    assert planned.headers["location"] == "/drafts"
    page = await reader.open("/drafts")
    assert "Tomorrow" in page.text
    [one] = (await square.anna.get("/api/v1/scheduled_statuses")).json()
    assert one["scheduled_at"].startswith(at)
    assert (await reader.send(page, f"/drafts/{one['id']}/drop")).status_code == 303
    assert (await square.anna.get("/api/v1/scheduled_statuses")).json() == []
    late = await reader.send(await reader.open("/compose"), "/compose", text="Yesterday", at="2020-01-01T10:00")
    assert late.status_code == 422
    assert "Yesterday</textarea>" in late.text


async def test_a_change_keeps_what_was_not_touched(square: Square) -> None:
    said = await square.anna.says("Frist", language="en", spoiler_text="Typo")
    reader = await Reader(square).enters("anna")
    page = await reader.open(f"/posts/{said['id']}/edit")
    assert ">Frist</textarea>" in page.text
    sent = await reader.send(page, f"/posts/{said['id']}/edit", text="First", spoiler="Typo", language="en")
    assert sent.headers["location"] == f"/@anna/{said['id']}"
    status = await newest(square)
    assert (status["content"], status["spoiler_text"], status["language"]) == ("<p>First</p>", "Typo", "en")
    assert status["edited_at"] is not None
    empty = await reader.send(page, f"/posts/{said['id']}/edit", text=" ")
    assert empty.status_code == 422
    other = await Reader(square).enters("bjorn")
    assert (await other.open(f"/posts/{said['id']}/edit")).status_code == 404
