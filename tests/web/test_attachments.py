"""Pictures on pages: with words, in their size, and on an inside only by signed addresses."""

from __future__ import annotations

import html
import re

import httpx2
import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.media import makers
from tests.web.reader import Reader

WORDS = 'A bicycle "by" the <sea>'


async def shows(person: Person, **more: object) -> None:
    file = ("a.jpg", makers.jpeg_with_place(), "image/jpeg")
    sent = await person.post("/api/v2/media", files={"file": file}, data={"description": WORDS})
    assert sent.status_code == 200, sent.text
    await person.says("Look", media_ids=[sent.json()["id"]], **more)


def picture(page: httpx2.Response) -> str:
    found = re.search(
        r'<img src="([^"]+)" alt="A bicycle &#34;by&#34; the &lt;sea&gt;" width="320" height="200"', page.text
    )
    assert found, page.text
    return html.unescape(found[1])


@pytest.mark.parametrize("host", [PUBLIC, INSIDE])
async def test_a_picture_has_its_words_and_can_be_loaded_by_the_page(square: Square, host: str) -> None:
    await shows(square.person(host, "anna"))
    reader = Reader(square, host) if host == PUBLIC else await Reader(square, host).enters("bjorn")
    address = picture(await reader.open("/@anna"))
    assert ("sign=" in address) == (host == INSIDE)
    loaded = await Reader(square, host).open(address)
    assert loaded.status_code == 200
    assert loaded.headers["content-type"] == "image/jpeg"
    if host == INSIDE:
        assert (await Reader(square, host).open(address.partition("?")[0])).status_code == 404


async def test_a_sensitive_picture_waits_to_be_opened_and_is_no_preview(square: Square) -> None:
    await shows(square.anna, sensitive=True)
    page = await Reader(square).open("/@anna")
    assert page.text.index("<summary>Sensitive media</summary>") < page.text.index(picture(page))
    link = re.search(r'href="(/@anna/\d+)"', page.text)
    assert link
    assert "/media/" not in (await Reader(square).open(link[1])).text.partition("</head>")[0]
