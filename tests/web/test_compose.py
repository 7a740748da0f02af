"""Posting from the browser without scripts."""

from __future__ import annotations

import httpx2
import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.web.reader import Reader
from torg.accounts import store as accounts
from torg.accounts.model import AccountSettings


async def statuses(person: Person) -> list[dict[str, object]]:
    answer = await person.get(f"/api/v1/accounts/{person.id}/statuses")
    return list(answer.json())


@pytest.mark.parametrize(
    ("host", "sentence"),
    [(PUBLIC, "Everyone can read this."), (INSIDE, "Only members of Acme (inside) can read this.")],
)
async def test_the_audience_is_named_and_kept(square: Square, host: str, sentence: str) -> None:
    reader = await Reader(square, host).enters("anna")
    home = await reader.open("/")
    assert sentence in home.text
    assert home.headers["cache-control"] == "private, no-store"
    sent = await reader.send(home, "/compose", text="From the browser")
    assert (sent.status_code, sent.headers["location"]) == (303, "/")
    assert "From the browser" in (await reader.open("/")).text
    [status] = await statuses(square.person(host, "anna"))
    assert status["visibility"] == "public"


async def test_the_sentence_follows_the_account_s_own_default(square: Square) -> None:
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await accounts.update(tx, square.anna.id, {"settings": AccountSettings(privacy="private")})
    reader = await Reader(square).enters("anna")
    home = await reader.open("/")
    assert "Only your followers can read this." in home.text
    await reader.send(home, "/compose", text="For some")
    [status] = await statuses(square.anna)
    assert status["visibility"] == "private"
    assert "For some" not in (await Reader(square).open("/@anna")).text


async def test_pressing_twice_posts_once(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    home = await reader.open("/")
    for _ in range(2):
        assert (await reader.send(home, "/compose", text="Once")).status_code == 303
    assert len(await statuses(square.anna)) == 1


async def test_a_reply_lands_in_its_conversation(square: Square) -> None:
    said = await square.bjorn.says("Anybody there?")
    reader = await Reader(square).enters("anna")
    thread = await reader.open(f"/@bjorn/{said['id']}")
    assert "@bjorn </textarea>" in thread.text
    sent = await reader.send(thread, "/compose", text="@bjorn Yes!")
    assert sent.headers["location"].startswith("/@anna/")
    page = await reader.open(sent.headers["location"])
    assert page.text.index(f'id="post-{said["id"]}"') < page.text.index("Yes!</p>")


async def test_an_answer_to_a_post_for_followers_goes_no_further(square: Square) -> None:
    await square.anna.follows(square.bjorn)
    said = await square.bjorn.says("Among us", visibility="private")
    reader = await Reader(square).enters("anna")
    thread = await reader.open(f"/@bjorn/{said['id']}")
    assert "Only your followers can read this." in thread.text


@pytest.mark.parametrize(
    ("text", "why"), [("", "Write something first."), ("  \n ", "Write something first."), ("å" * 501, "too long")]
)
async def test_what_is_wrong_is_said_and_the_text_kept(square: Square, text: str, why: str) -> None:
    reader = await Reader(square).enters("anna")
    sent = await reader.send(await reader.open("/"), "/compose", text=text)
    assert sent.status_code == 422
    assert why in sent.text
    assert f">{text}</textarea>" in sent.text
    assert await statuses(square.anna) == []
    corrected = await reader.send(sent, "/compose", text="Now it is right")
    assert corrected.status_code == 303


@pytest.mark.parametrize("csrf", ["", "x", "å"])
async def test_a_form_from_elsewhere_posts_nothing(square: Square, csrf: str) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/")
    forged = await reader.send(page, "/compose", text="Not mine", csrf=csrf)
    assert forged.status_code == 403
    foreign = await reader.http.post(
        "/compose", data={"text": "Not mine", "csrf": _mark_of(page)}, headers={"Origin": "https://evil.example"}
    )
    assert foreign.status_code == 403
    assert await statuses(square.anna) == []


def _mark_of(page: httpx2.Response) -> str:
    return page.text.partition('name="csrf" value="')[2].partition('"')[0]


async def test_an_answer_to_what_is_not_there_is_404(square: Square) -> None:
    inside = await square.person(INSIDE, "anna").says("inside only")
    reader = await Reader(square).enters("anna")
    page = await reader.open("/")
    for parent in (inside["id"], "1234567890"):
        sent = await reader.send(page, "/compose", text="To nobody", reply_to=parent)
        assert sent.status_code == 404
    assert await statuses(square.anna) == []
