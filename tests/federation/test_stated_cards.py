"""A link card that comes along with a post of another server (FEP-8967): shown as its word, fetched by nobody."""

from __future__ import annotations

from typing import Any

from tests.federation.arriving import at, by_uri, comes, count, followed, note_of
from tests.fixtures.fediverse import Elsewhere, Home

LINK = "https://news.example/story"


def preview(**more: Any) -> dict[str, Any]:
    said = {"type": "Article", "url": LINK, "name": "The <b>story</b>", "summary": "<p>What it is about</p>", **more}
    return {"type": "Link", "href": LINK, "mediaType": "text/html", "preview": said}


async def test_it_is_shown_and_the_page_left_alone(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    note = note_of(carol, f'<a href="{LINK}">{LINK}</a>', attachment=[preview()])
    await comes(home, carol, carol.activity("Create", note))
    seen = await by_uri(home, note["id"])
    assert seen is not None
    card = seen["card"]
    assert (card["url"], card["title"], card["description"]) == (LINK, "The <b>story</b>", "What it is about")
    assert card["provider_name"] == f"news.example · {elsewhere.origin.split('//')[1]}"
    assert seen["media_attachments"] == []
    async with home.services.db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'fetch_card'")
    await home.settle()
    assert await count(home, "jobs", "kind = 'fetch_card'") == 0
    assert await count(home, "link_pages") == 0, "the page is asked by its origin alone"
    assert await count(home, "cards") == 0
    edited = {**note, "content": "nothing any more", "attachment": [], "updated": at()}
    await comes(home, carol, carol.activity("Update", edited))
    seen = await by_uri(home, note["id"])
    assert seen is not None
    assert seen["card"] is None


async def test_what_does_not_fit_is_dropped(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    other = "https://bank.example/"
    wrong: list[Any] = [
        {**preview(), "href": other},  # no link of the text
        {**preview(), "preview": "https://news.example/preview"},
        {**preview(name=7), "name": {}},
        {"type": "Link", "href": {"href": LINK}, "preview": [[[]]]},
        {"type": "Link", "href": "javascript:alert(1)", "preview": {"name": "x"}},
    ]
    for attachment in wrong:
        note = note_of(carol, f'<a href="{LINK}">{LINK}</a>', attachment=[attachment])
        await comes(home, carol, carol.activity("Create", note))
        seen = await by_uri(home, note["id"])
        assert seen is not None
        assert seen["card"] is None, attachment
    assert await count(home, "stated_cards") == 0
