"""All that a post can have, written in the plain form: files, a poll, a time, a quote; drafts and changes."""

from __future__ import annotations

from datetime import datetime, timedelta
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
    await reader.send(page, "/compose", text="Colour?", poll_minutes="30", **{"options[]": ["moss", "brick", "", ""]})
    status = await newest(square)
    assert [option["title"] for option in status["poll"]["options"]] == ["moss", "brick"]
    open_for = datetime.fromisoformat(status["poll"]["expires_at"]) - datetime.fromisoformat(status["created_at"])
    assert timedelta(minutes=29) < open_for < timedelta(minutes=31)


async def test_each_post_of_a_thread_may_ask(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    asked = {
        "options[]": ["moss", "brick"], "more[1][text]": "And where?",
        "more[1][options][]": ["here", "there"], "more[1][poll_multiple]": "1",
    }  # fmt: skip
    page = await reader.open("/compose")
    await reader.send(page, "/compose", text="Colour?", do="draft", **asked)
    [draft] = (await square.anna.get("/api/torg/v1/drafts")).json()
    assert draft["params"]["thread"][0]["poll"]["options"] == ["here", "there"]
    page = await reader.open(f"/compose?draft={draft['id']}")
    assert 'name="more[1][options][]" value="there"' in page.text
    sent = await reader.send(page, "/compose", text="Colour?", **asked)
    assert sent.status_code == 303, sent.text
    second = await newest(square)
    assert [option["title"] for option in second["poll"]["options"]] == ["here", "there"]
    assert second["poll"]["multiple"]
    first = (await square.anna.get(f"/api/v1/statuses/{second['in_reply_to_id']}")).json()
    assert not first["poll"]["multiple"]


async def test_what_is_being_written_is_kept_by_the_script_and_offered_where_it_was_begun(square: Square) -> None:
    parent = await square.bjorn.says("What do you think?")
    reader = await Reader(square).enters("anna")
    page = await reader.open(f"/@bjorn/{parent['id']}")
    kept = await reader.send(page, "/compose/keep", text="@bjorn I think", reply_to=str(parent["id"]))
    draft = kept.json()["draft"]
    again = await reader.send(page, "/compose/keep", text="@bjorn I think so", reply_to=parent["id"], draft=draft)
    assert again.json()["draft"] == draft
    begun = 'class="notice begun"'
    assert begun in (await reader.open(f"/@bjorn/{parent['id']}")).text
    assert begun not in (await reader.open("/")).text, "it was begun elsewhere"
    other = await Reader(square).enters("bjorn")
    assert begun not in (await other.open(f"/@bjorn/{parent['id']}")).text
    foreign = await other.send(await other.open("/compose"), "/compose/keep", text="Mine", draft=draft)
    assert foreign.json()["draft"] != draft
    dropped = await reader.send(page, f"/drafts/{draft}/drop", back=f"/@bjorn/{parent['id']}")
    assert dropped.headers["location"] == f"/@bjorn/{parent['id']}"
    assert begun not in (await reader.open(f"/@bjorn/{parent['id']}")).text
    gone = await reader.send(page, "/compose/keep", text="", draft=draft)
    assert gone.json() == {"draft": None}
    assert (await Reader(square).http.post("/compose/keep", data={"text": "x"})).status_code == 403


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
    planned = await reader.send(await reader.open("/compose"), "/compose", text="Tomorrow", at=f"{at}Z")
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


async def test_a_change_of_pictures_and_of_a_post_with_a_poll_and_their_versions(square: Square) -> None:
    async def uploaded(name: str) -> str:
        files = {"file": (name, makers.encoded(".png"), "image/png")}
        made = await square.anna.post("/api/v2/media", files=files, data={"description": name})
        return str(made.json()["id"])

    first, second = await uploaded("first.png"), await uploaded("second.png")
    said = await square.anna.says("Two", media_ids=[first, second])
    reader = await Reader(square).enters("anna")
    page = await reader.open(f"/posts/{said['id']}/edit")
    assert 'value="first.png"' in page.text
    mark = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    sent = await reader.http.post(
        f"/posts/{said['id']}/edit",
        data={
            "csrf": mark, "text": "One and a new one", "alt_1": "third.png",
            "media_ids[]": [first, second], "alts[]": ["first.png", "Now described"], "focuses[]": ["", "0.50,-0.25"],
            "keep[]": [second],
        },
        files={"file_1": ("third.png", makers.encoded(".png"), "image/png")},
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    pictures = (await newest(square))["media_attachments"]
    assert [one["description"] for one in pictures] == ["Now described", "third.png"]
    assert pictures[0]["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    versions = (await reader.open(f"/@anna/{said['id']}/history")).text
    for text in ("Two", "One and a new one", "first.png", "Now described", "third.png"):
        assert text in versions, text
    asked = await square.anna.says("Colour?", poll={"options": ["moss", "brick"], "expires_in": 600})
    await square.bjorn.post(f"/api/v1/polls/{asked['poll']['id']}/votes", json={"choices": [1]})
    page = await reader.open(f"/posts/{asked['id']}/edit")
    assert "The poll stays as it is." in page.text
    await reader.send(page, f"/posts/{asked['id']}/edit", text="Which colour?")
    poll = (await newest(square))["poll"]
    assert [one["votes_count"] for one in poll["options"]] == [0, 1]
    assert "<li>moss</li>" in (await reader.open(f"/@anna/{asked['id']}/history")).text


async def test_the_languages_one_writes_in_come_first(square: Square) -> None:
    for language in ("sv", "se", "sv"):
        await square.anna.says("Buorre beaivi", language=language)
    page = await (await Reader(square).enters("anna")).open("/compose")
    recent = page.text.partition('label="What you write in"')[2].partition("</optgroup>")[0]
    assert recent.index('value="sv"') < recent.index('value="se"')
    assert "Northern Sami (se)" in page.text
    swedish = await (await Reader(square, language="sv").enters("anna")).open("/compose")
    assert "nordsamiska (se)" in swedish.text


async def test_asking_for_more_choices_posts_nothing_and_loses_nothing(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/compose")
    more = await reader.send(page, "/compose", text="Colour?", do="option", **{"options[]": ["a", "b", "c", "d"]})
    assert more.status_code == 200
    assert 'value="d"' in more.text
    assert ">Colour?</textarea>" in more.text
    assert (await square.anna.get(f"/api/v1/accounts/{square.anna.id}/statuses")).json() == []
