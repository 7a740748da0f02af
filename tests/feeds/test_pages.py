"""The ways to the feeds from the pages: in the head for readers, in words for people."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.square import INSIDE, Square
from tests.web.reader import Reader

LINK = re.compile(r'<link rel="alternate" type="(application/[a-z]+\+[a-z]+)" title="[^"]+" href="([^"]+)">')


@pytest.mark.parametrize("member", [None, "bjorn"])
async def test_every_address_that_a_page_names_is_a_feed(square: Square, member: str | None) -> None:
    group = {"name": "fika", "display_name": "Fika", "kind": "open"}
    await square.anna.post("/api/torg/v1/groups", json=group)
    await square.anna.says("Hej #å-ord #torg")
    reader = Reader(square)
    if member:
        await reader.enters(member)
    for page in (
        "/public",
        "/@anna",
        "/@fika",
        "/tags/torg",
        "/tags/å",
        "/search?q=torg",
        *(["/"] if not member else []),
    ):
        found = LINK.findall((await reader.open(page)).text)
        assert [mime for mime, _ in found] == ["application/rss+xml", "application/atom+xml", "application/feed+json"]
        text = (await reader.open(page)).text
        for mime, href in found:
            feed = await square.nobody().get(href)
            assert feed.status_code == 200, href
            assert feed.headers["content-type"].startswith(mime)
            assert f'<a href="{href}" type="{mime}">' in text


async def test_where_there_is_no_feed_none_is_named(square: Square) -> None:
    await square.bjorn.patch("/api/v1/accounts/update_credentials", json={"locked": True})
    closed = {"name": "stangt", "display_name": "Stängt", "kind": "private"}
    await square.anna.post("/api/torg/v1/groups", json=closed)
    inside = await Reader(square, INSIDE).enters("anna")
    pages = [await inside.open(path) for path in ("/", "/public", "/@anna", "/tags/torg")]
    pages += [await Reader(square).open("/@bjorn"), await (await Reader(square).enters("anna")).open("/@stangt")]
    for page in pages:
        assert page.status_code == 200
        assert not LINK.findall(page.text)
        assert 'class="feeds"' not in page.text


async def test_swedish(square: Square) -> None:
    assert "Läs det här i en flödesläsare:" in (await Reader(square, language="sv").open("/@anna")).text
