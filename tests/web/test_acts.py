"""The buttons under a post, as forms and as htmx sends them; the wall around them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.square import INSIDE, OTHER, Person, Square
from tests.web.reader import Reader


async def status(person: Person, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(f"/api/v1/statuses/{id_}")).json()
    return found


@pytest.mark.parametrize(
    ("verb", "undo", "flag"),
    [("favourite", "unfavourite", "favourited"), ("boost", "unboost", "reblogged"),
     ("bookmark", "unbookmark", "bookmarked"), ("mute", "unmute", "muted")],
)  # fmt: skip
async def test_a_button_marks_and_leads_back(square: Square, verb: str, undo: str, flag: str) -> None:
    said = await square.bjorn.says("A thing to like")
    reader = await Reader(square).enters("anna")
    page = await reader.open(f"/@bjorn/{said['id']}")
    for act, expected in ((verb, True), (verb, True), (undo, False)):
        sent = await reader.send(page, f"/posts/{said['id']}/{act}", back=f"/@bjorn/{said['id']}")
        assert (sent.status_code, sent.headers["location"]) == (303, f"/@bjorn/{said['id']}#post-{said['id']}")
        assert (await status(square.anna, said["id"]))[flag] is expected


async def test_htmx_gets_the_post_alone_as_it_is_now(square: Square) -> None:
    said = await square.bjorn.says("Swap me")
    reader = await Reader(square).enters("anna")
    page = await reader.open("/public")
    reader.http.headers["HX-Request"] = "true"
    sent = await reader.send(page, f"/posts/{said['id']}/favourite", back="/public")
    assert sent.status_code == 200
    assert sent.text.strip().startswith("<article")
    assert f'action="/posts/{said["id"]}/unfavourite"' in sent.text
    assert "<html" not in sent.text


async def test_one_votes_once_and_sees_the_result(square: Square) -> None:
    said = await square.bjorn.says("Colour?", poll={"options": ["moss", "brick"], "expires_in": 600})
    reader = await Reader(square).enters("anna")
    page = await reader.open(f"/@bjorn/{said['id']}")
    assert 'type="radio"' in page.text
    assert (await reader.send(page, f"/posts/{said['id']}/vote", **{"choices[]": "1"})).status_code == 303
    after = await reader.open(f"/@bjorn/{said['id']}")
    assert 'type="radio"' not in after.text
    assert "100 %" in after.text
    again = await reader.send(page, f"/posts/{said['id']}/vote", **{"choices[]": "0"})
    assert again.status_code == 422


async def test_deleting_asks_first_and_is_for_the_author_alone(square: Square) -> None:
    said = await square.anna.says("Regretted")
    reader, other = await Reader(square).enters("anna"), await Reader(square).enters("bjorn")
    question = await reader.open(f"/posts/{said['id']}/delete")
    assert "Delete this post?" in question.text
    assert (await other.open(f"/posts/{said['id']}/delete")).status_code == 404
    assert (await other.send(await other.open("/"), f"/posts/{said['id']}/delete")).status_code == 404
    assert (await reader.send(question, f"/posts/{said['id']}/delete")).status_code == 303
    assert (await square.anna.get(f"/api/v1/statuses/{said['id']}")).status_code == 404


async def test_an_unknown_button_and_a_forged_form_do_nothing(square: Square) -> None:
    said = await square.bjorn.says("Leave me")
    reader = await Reader(square).enters("anna")
    page = await reader.open("/public")
    assert (await reader.send(page, f"/posts/{said['id']}/explode")).status_code == 404
    assert (await reader.send(page, f"/posts/{said['id']}/boost", csrf="x")).status_code == 403
    assert (await status(square.anna, said["id"]))["reblogged"] is False


async def test_back_leads_nowhere_else(square: Square) -> None:
    said = await square.bjorn.says("Stay")
    reader = await Reader(square).enters("anna")
    page = await reader.open("/public")
    sent = await reader.send(page, f"/posts/{said['id']}/favourite", back="//evil.example/x")
    assert sent.headers["location"] == f"/#post-{said['id']}"


@pytest.mark.parametrize("act", ["favourite", "boost", "bookmark", "mute", "vote", "delete", "edit", "pin"])
async def test_a_post_beyond_the_wall_is_a_post_that_never_was(square: Square, act: str) -> None:
    inside = await square.person(INSIDE, "anna").says("PLANTED-inside")
    reader, foreign = await Reader(square).enters("anna"), await Reader(square, OTHER).enters("olga")
    for who in (reader, foreign):
        page = await who.open("/")
        answers = [
            (await who.send(page, f"/posts/{id_}/{act}", text="x", **{"choices[]": "0"}))
            for id_ in (inside["id"], "123456789012345")
        ]
        assert [a.status_code for a in answers] == [404, 404]
        assert answers[0].text.replace(inside["id"], "N") == answers[1].text.replace("123456789012345", "N")


async def test_a_report_reaches_the_moderators(square: Square) -> None:
    said = await square.bjorn.says("Buy buy buy")
    reader = await Reader(square).enters("shop")
    page = await reader.open(f"/report?account={square.bjorn.id}&post={said['id']}")
    assert "Buy buy buy" in page.text
    done = await reader.send(page, "/report", category="spam", comment="An advertisement")
    assert "Thank you" in done.text
    [report] = (await square.anna.get("/api/v1/admin/reports")).json()
    assert (report["category"], report["comment"]) == ("spam", "An advertisement")
    assert report["statuses"][0]["id"] == said["id"]


async def test_earlier_versions_are_shown_newest_first(square: Square) -> None:
    said = await square.bjorn.says("First wording")
    await square.bjorn.put(f"/api/v1/statuses/{said['id']}", json={"status": "Second wording"})
    page = await Reader(square).open(f"/@bjorn/{said['id']}/history")
    assert page.text.index("Second wording") < page.text.index("First wording")
    hidden = await square.bjorn.says("For friends", visibility="private")
    assert (await Reader(square).open(f"/@bjorn/{hidden['id']}/history")).status_code == 404
