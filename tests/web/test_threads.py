"""Several posts written as one: in order, all or none, once however often they are sent, kept whole as a draft."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.square import Person, Square
from tests.media import makers
from tests.web.reader import Reader
from torg.kernel.clock import now
from torg.media import upkeep

THREE = {"text": "One", "more[1][text]": "Two", "more[1][spoiler]": "Careful", "more[4][text]": "Three"}


async def chain(person: Person) -> list[dict[str, Any]]:
    """The person's posts, the oldest first."""
    found: list[dict[str, Any]] = (await person.get(f"/api/v1/accounts/{person.id}/statuses")).json()
    return found[::-1]


async def uploaded(reader: Reader, page: Any) -> str:
    mark = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    sent = await reader.http.post(
        "/compose/files", data={"csrf": mark}, files={"file": ("a.png", makers.encoded(".png"), "image/png")}
    )
    assert sent.status_code == 200, sent.text
    return str(sent.json()["id"])


async def test_the_posts_follow_each_other_and_sending_again_adds_only_what_is_new(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/compose")
    picture = await uploaded(reader, page)
    hung = {"more[4][media_ids][]": picture, "more[4][alts][]": "A square", "more[4][keep][]": picture}
    for _ in range(2):
        sent = await reader.send(page, "/compose", audience="unlisted", language="sv", **THREE, **hung)
        assert sent.status_code == 303, sent.text
    first, second, third = await chain(square.anna)
    assert sent.headers["location"] == f"/@anna/{first['id']}"
    assert [first["in_reply_to_id"], second["in_reply_to_id"], third["in_reply_to_id"]] == [
        None, first["id"], second["id"],
    ]  # fmt: skip
    assert (second["spoiler_text"], first["spoiler_text"]) == ("Careful", "")
    assert [one["visibility"] for one in (first, second, third)] == ["unlisted"] * 3
    assert [one["language"] for one in (first, second, third)] == ["sv"] * 3
    assert [one["description"] for one in third["media_attachments"]] == ["A square"]
    await reader.send(page, "/compose", **THREE, **hung, **{"more[5][text]": "Four"})
    assert [one["in_reply_to_id"] for one in await chain(square.anna)][3:] == [third["id"]]


async def test_one_refused_post_stops_all_and_is_named_and_everything_is_kept(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/compose")
    wrong = {"text": "One", "more[1][text]": "Two", "more[2][text]": "å" * 501}
    sent = await reader.send(page, "/compose", **wrong)
    assert sent.status_code == 422
    assert "In post 3:" in sent.text
    assert 'id="compose-text-2" name="more[2][text]"' in sent.text
    for text in ("One", "Two", "å" * 501):
        assert f">{text}</textarea>" in sent.text
    assert await chain(square.anna) == []
    [kept] = (await square.anna.get("/api/torg/v1/drafts")).json()
    assert [part["status"] for part in kept["params"]["thread"]] == ["Two", "å" * 501]
    mended = await reader.send(sent, "/compose", **{**wrong, "more[2][text]": "Three"})
    assert mended.status_code == 303, mended.text
    assert [one["content"] for one in await chain(square.anna)] == ["<p>One</p>", "<p>Two</p>", "<p>Three</p>"]
    assert (await square.anna.get("/api/torg/v1/drafts")).json() == []


async def test_a_post_that_the_server_alone_refuses_is_named_too(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/compose")
    bjorn = await Reader(square).enters("bjorn")
    other = await uploaded(bjorn, await bjorn.open("/"))
    theirs = {"more[2][text]": "Mine?", "more[2][media_ids][]": other, "more[2][alts][]": "", "more[2][keep][]": other}
    sent = await reader.send(page, "/compose", text="One", **{"more[1][text]": "Two"}, **theirs)
    assert sent.status_code == 422
    assert "In post 3:" in sent.text
    assert await chain(square.anna) == []


async def test_without_scripts_the_form_grows_and_empty_posts_are_none(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/compose")
    grown = await reader.send(page, "/compose", text="One", do="add")
    assert grown.status_code == 200
    assert ">One</textarea>" in grown.text
    assert 'name="more[1][text]"' in grown.text
    assert await chain(square.anna) == []
    sent = await reader.send(grown, "/compose", text="One", do="post", **{"more[1][text]": " "})
    assert sent.headers["location"] == "/"
    assert len(await chain(square.anna)) == 1


async def test_without_scripts_one_may_post_and_go_on(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    quiet = {"text": "@bjorn One", "do": "next", "audience": "unlisted"}
    sent = await reader.send(await reader.open("/compose"), "/compose", **quiet)
    first = (await chain(square.anna))[0]
    assert sent.headers["location"] == f"/compose?reply_to={first['id']}&then=1"
    page = await reader.open(sent.headers["location"])
    assert '<option value="unlisted" selected' in page.text
    assert "></textarea>" in page.text, "those who were greeted are not greeted again"
    await reader.send(page, "/compose", text="Two", audience="unlisted")
    assert (await chain(square.anna))[1]["in_reply_to_id"] == first["id"]


async def test_a_draft_keeps_the_whole_thread_with_its_files(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/compose")
    picture = await uploaded(reader, page)
    hung = {"more[1][media_ids][]": picture, "more[1][alts][]": "Square", "more[1][keep][]": picture}
    kept = await reader.send(page, "/compose", do="draft", **THREE, **hung)
    assert kept.headers["location"] == "/drafts"
    shown = await reader.open("/drafts")
    for text in ("One", "Two", "Three"):
        assert f'dir="auto">{text}</div>' in shown.text
    await upkeep.sweep(square.services.db, square.services.blobs, loose_for=timedelta(0))
    [draft] = (await square.anna.get("/api/torg/v1/drafts")).json()
    again = await reader.open(f"/compose?draft={draft['id']}")
    assert f'name="more[1][media_ids][]" value="{picture}"' in again.text
    assert 'value="Square"' in again.text
    await square.anna.delete(f"/api/torg/v1/drafts/{draft['id']}")
    await upkeep.sweep(square.services.db, square.services.blobs, loose_for=timedelta(0))
    assert (await square.anna.get(f"/api/v1/media/{picture}")).status_code == 404


async def test_apps_keep_threads_as_drafts_and_too_many_are_refused(square: Square) -> None:
    body = {"status": "One", "thread": [{"status": "Two", "spoiler_text": "Careful", "media_ids": []}]}
    made = (await square.anna.post("/api/torg/v1/drafts", json=body)).json()
    assert made["params"]["thread"] == [{"status": "Two", "spoiler_text": "Careful"}]
    reader = await Reader(square).enters("anna")
    assert ">Two</textarea>" in (await reader.open(f"/compose?draft={made['id']}")).text
    many = {"status": "One", "thread": [{"status": "x"}] * 25}
    assert (await square.anna.post("/api/torg/v1/drafts", json=many)).status_code == 422
    page = await reader.open("/compose")
    sent = await reader.send(page, "/compose", text="One", **{f"more[{n}][text]": "x" for n in range(1, 27)})
    assert sent.status_code == 422
    assert await chain(square.anna) == []


async def test_a_planned_thread_comes_whole_and_in_order(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    at = (now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    sent = await reader.send(await reader.open("/compose"), "/compose", at=at, **THREE)
    assert sent.headers["location"] == "/drafts"
    assert 'dir="auto">Three</div>' in (await reader.open("/drafts")).text
    [planned] = (await square.anna.get("/api/v1/scheduled_statuses")).json()
    async with square.services.db.system() as tx:
        await tx.run("UPDATE scheduled_posts SET scheduled_at = now() - interval '1 second'")
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'scheduled_post'")
    await square.settle()
    first, second, third = await chain(square.anna)
    assert first["content"] == "<p>One</p>"
    assert (second["in_reply_to_id"], third["in_reply_to_id"]) == (first["id"], second["id"])
    assert (await square.anna.get(f"/api/v1/scheduled_statuses/{planned['id']}")).status_code == 404


@pytest.mark.parametrize("field", ["more[x][text]", "more[][text]", "more", "more[1]"])
async def test_odd_names_of_fields_break_nothing(square: Square, field: str) -> None:
    reader = await Reader(square).enters("anna")
    sent = await reader.send(await reader.open("/compose"), "/compose", text="One", **{field: "Two"})
    assert sent.status_code in (303, 400, 422)
