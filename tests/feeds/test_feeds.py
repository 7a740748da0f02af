"""Feeds as feed readers' own parsers see them: each format, each kind, paging, and what must not break them."""

from __future__ import annotations

import json
from typing import Any

import atoma
import feedparser
import httpx2
import pytest
from lxml import etree

from tests.fixtures.square import PUBLIC, Person, Square
from tests.media import makers

FORMATS = ("rss", "atom", "feed.json")
ODD = "Ljus & mörker <b> ]]> \x0b\x1f \ufffe \U0001f9d1\u200d\U0001f680 \u05e9\u05dc\u05d5\u05dd \u202egnp.exe"


async def attach(person: Person, words: str) -> str:
    file = ("a.jpg", makers.jpeg_with_place(), "image/jpeg")
    sent = await person.post("/api/v2/media", files={"file": file}, data={"description": words})
    assert sent.status_code == 200, sent.text
    return str(sent.json()["id"])


async def fetched(person: Person, path: str, **headers: str) -> httpx2.Response:
    response = await person.get(path, headers=headers)
    assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:300]}"
    return response


async def parsed(person: Person, path: str) -> Any:
    """As feedparser, which nobody here wrote, understands it; and well-formed to lxml."""
    response = await fetched(person, path)
    etree.fromstring(response.content)
    found = feedparser.parse(response.content, response_headers=dict(response.headers))
    assert not found.bozo, f"{path}: {found.get('bozo_exception')}"
    return found


async def test_an_account_in_every_format(square: Square) -> None:
    first = await square.anna.says("Hej #torget, säger @bjorn", language="sv")
    second = await square.anna.says("Om det där", in_reply_to_id=first["id"], spoiler_text="Politik")
    await square.anna.says("Till mina följare", visibility="private")
    await square.anna.says("@bjorn ett svar", in_reply_to_id=(await square.bjorn.says("Fråga"))["id"])
    nobody = square.nobody()
    for ending in ("rss", "atom"):
        found = await parsed(nobody, f"/@anna.{ending}")
        assert found.feed.title == f"Anna (@anna@{PUBLIC})"
        assert found.feed.link == f"http://{PUBLIC}/@anna"
        assert {"rel": "self", "href": f"http://{PUBLIC}/@anna.{ending}"}.items() <= dict(
            next(link for link in found.feed.links if link.rel == "self")
        ).items()
        assert [entry.id for entry in found.entries] == [second["uri"], first["uri"]]
        newest, oldest = found.entries
        assert newest.link == second["url"]
        assert newest.title == "Content warning: Politik"
        assert "Om det där" in newest.content[0].value
        assert oldest.title == "Hej #torget, säger @bjorn"
        assert [tag.term for tag in oldest.tags] == ["torget"]
        assert oldest.published_parsed[:3] == tuple(map(int, first["created_at"][:10].split("-")))
        assert newest["thr_in-reply-to"]["ref"] == first["uri"]
        assert newest["thr_in-reply-to"]["href"] == first["url"]
    assert found.entries[1].author_detail == {"name": "Anna", "href": f"http://{PUBLIC}/@anna"}
    response = await fetched(nobody, "/@anna.feed.json")
    assert response.headers["content-type"] == "application/feed+json; charset=utf-8"
    feed = atoma.parse_json_feed_bytes(response.content)
    assert [item.id_ for item in feed.items] == [second["uri"], first["uri"]]
    assert feed.items[1].content_text == "Hej #torget, säger @bjorn"
    assert feed.items[1].title is None
    assert feed.items[0].summary == "Politik"
    assert feed.items[1].tags == ["torget"]
    assert response.json()["items"][0]["_torg"]["in_reply_to"] == first["url"]
    assert response.json()["items"][1]["language"] == "sv"


async def test_content_types_and_replies(square: Square) -> None:
    asked = await square.bjorn.says("Fråga")
    answer = await square.anna.says("@bjorn ett svar", in_reply_to_id=asked["id"])
    nobody = square.nobody()
    for ending, mime in (("rss", "application/rss+xml"), ("atom", "application/atom+xml")):
        response = await fetched(nobody, f"/@anna/with_replies.{ending}")
        assert response.headers["content-type"] == f"{mime}; charset=utf-8"
        [entry] = (await parsed(nobody, f"/@anna/with_replies.{ending}")).entries
        assert entry.id == answer["uri"]
        assert entry["thr_in-reply-to"]["ref"] == asked["uri"]
        assert (await parsed(nobody, f"/@anna.{ending}")).entries == []
    assert len(atoma.parse_json_feed_bytes((await fetched(nobody, "/@anna/with_replies.feed.json")).content).items) == 1


async def test_the_network_a_tag_and_a_search(square: Square) -> None:
    await square.bjorn.patch("/api/v1/accounts/update_credentials", json={"indexable": True})
    said = await square.bjorn.says("Vi öppnar #nytorget på lördag")
    await square.anna.says("Något annat")
    await square.settle()
    nobody = square.nobody()
    for ending in ("rss", "atom"):
        assert len((await parsed(nobody, f"/feed.{ending}")).entries) == 2
        for path in (f"/tags/NyTorget.{ending}", f"/search.{ending}?q=l%C3%B6rdag"):
            found = await parsed(nobody, path)
            assert [entry.id for entry in found.entries] == [said["uri"]], path
        assert (await parsed(nobody, f"/tags/ingenting.{ending}")).entries == []
    assert len((await fetched(nobody, "/feed.json")).json()["items"]) == 2
    for path in ("/tags/nytorget.feed.json", "/search.feed.json?q=l%C3%B6rdag"):
        assert [item["id"] for item in (await fetched(nobody, path)).json()["items"]] == [said["uri"]]
    for path in ("/search.rss", "/search.rss?q=%20", f"/search.rss?q={'a' * 5000}", "/tags/!!.rss"):
        assert (await nobody.get(path)).status_code == 404, path


async def test_a_group_that_anybody_may_read(square: Square) -> None:
    for name, kind in (("oppet", "open"), ("stangt", "private"), ("gomt", "hidden")):
        group = {"name": name, "display_name": name.title(), "kind": kind}
        made = (await square.anna.post("/api/torg/v1/groups", json=group)).json()
        said = await square.anna.says(f"I {name}", group_id=made["id"])
        if kind == "open":
            found = await parsed(square.nobody(), f"/@{name}.atom")
            assert [entry.id for entry in found.entries] == [said["uri"]]
            assert found.entries[0].author == "Anna"
            assert "In the group" in found.entries[0].content[0].value
        else:
            for ending in FORMATS:
                assert (await square.nobody().get(f"/@{name}.{ending}")).status_code == 404
                assert (await square.anna.get(f"/@{name}.{ending}")).status_code == 404, "not even to a member"
    for path in ("/@anna.atom", "/feed.atom"):
        assert (await parsed(square.nobody(), path)).entries == []


async def test_boosts_are_marked(square: Square) -> None:
    said = await square.bjorn.says("Värt att upprepa")
    boost = (await square.anna.post(f"/api/v1/statuses/{said['id']}/reblog")).json()
    for ending in ("rss", "atom"):
        [entry] = (await parsed(square.nobody(), f"/@anna.{ending}")).entries
        assert entry.title == "Boost of Bjorn: Värt att upprepa"
        assert entry.id == boost["uri"] != said["uri"]
        assert any(link.rel == "via" and link.href == said["url"] for link in entry.links)
        assert "Bjorn" in entry.author
    [item] = (await fetched(square.nobody(), "/@anna.feed.json")).json()["items"]
    assert item["external_url"] == said["url"]
    assert item["_torg"]["boosted_by"]["name"] == "Anna"


async def test_files_are_enclosures(square: Square) -> None:
    picture = await attach(square.anna, "Ett torg, sett ovanifrån")
    await square.anna.says("Bild", media_ids=[picture])
    other = await attach(square.anna, "Något känsligt")
    await square.anna.says("Känsligt", media_ids=[other], sensitive=True)
    for ending in ("rss", "atom"):
        hidden, shown = (await parsed(square.nobody(), f"/@anna.{ending}")).entries
        [file] = shown.enclosures
        assert file.type.startswith("image/")
        got = await square.nobody().get(httpx2.URL(file.href).path)
        assert (got.status_code, len(got.content)) == (200, int(file.length))
        html = shown.content[0].value
        assert 'alt="Ett torg, sett ovanifrån"' in html
        assert "<img" not in hidden.content[0].value
        assert hidden.media_rating["content"] == "adult" if ending == "atom" else hidden.enclosures
    attached = (await fetched(square.nobody(), "/@anna.feed.json")).json()["items"][1]["attachments"]
    assert attached[0]["title"] == "Ett torg, sett ovanifrån"


@pytest.mark.parametrize("ending", FORMATS)
async def test_no_text_breaks_a_feed(square: Square, ending: str) -> None:
    await square.anna.patch("/api/v1/accounts/update_credentials", json={"display_name": ODD[:30], "note": ODD})
    await square.anna.says(ODD)
    await square.anna.says("x", spoiler_text=ODD)
    await square.anna.says("<![CDATA[ &nbsp; &#0; <!DOCTYPE x> <?xml?> -->")
    if ending == "feed.json":
        items = json.loads((await fetched(square.nobody(), f"/@anna.{ending}")).content)["items"]
        assert "\U0001f9d1\u200d\U0001f680" in items[2]["content_text"]
    else:
        found = await parsed(square.nobody(), f"/@anna.{ending}")
        assert len(found.entries) == 3
        assert "]]>" in found.entries[2].title
        assert "\u05e9\u05dc\u05d5\u05dd" in found.entries[2].title
        assert "\u202e" not in found.entries[2].title
        assert found.entries[0].title.startswith("<![CDATA[ &nbsp;") or "CDATA" in found.entries[0].title


async def test_an_edit_moves_updated_and_keeps_the_id(square: Square) -> None:
    said = await square.anna.says("Fel stvaat")
    [before] = (await parsed(square.nobody(), "/@anna.atom")).entries
    await square.anna.put(f"/api/v1/statuses/{said['id']}", json={"status": "Rätt stavat"})
    [after] = (await parsed(square.nobody(), "/@anna.atom")).entries
    assert (after.id, after.published) == (before.id, before.published)
    assert after.updated > before.updated
    assert after.title == "Rätt stavat"
    await square.anna.delete(f"/api/v1/statuses/{said['id']}")
    assert (await parsed(square.nobody(), "/@anna.atom")).entries == []


async def test_whole_history_by_archives(square: Square) -> None:
    wanted = [(await square.anna.says(f"nummer {n}"))["uri"] for n in range(45)]
    nobody, path, seen, pages = square.nobody(), "/@anna.atom", list[str](), 0
    while path:
        found = await parsed(nobody, path)
        seen += [entry.id for entry in found.entries]
        rels = {link.rel: link.href for link in found.feed.links}
        assert rels["self"].endswith(path)
        assert ("current" in rels) == (pages > 0) == ("fh_archive" in found.feed)
        assert rels.get("next") == rels.get("prev-archive")
        path, pages = rels.get("prev-archive", "").removeprefix(f"http://{PUBLIC}"), pages + 1
    assert seen == wanted[::-1]
    assert pages == 3
    back = await parsed(nobody, rels["previous"].removeprefix(f"http://{PUBLIC}"))
    assert [entry.id for entry in back.entries] == wanted[::-1][20:40]
    feed = (await fetched(nobody, "/@anna.feed.json")).json()
    assert len((await fetched(nobody, feed["next_url"].removeprefix(f"http://{PUBLIC}"))).json()["items"]) == 20


async def test_who_has_it_gets_304(square: Square) -> None:
    await square.anna.says("Ett")
    for path in ("/@anna.rss", "/@anna.atom", "/@anna.feed.json", "/feed.rss", "/tags/x.atom"):
        first = await fetched(square.nobody(), path)
        assert "max-age=" in first.headers["cache-control"]
        assert "set-cookie" not in first.headers
        for asked in (
            {"If-None-Match": first.headers["etag"]},
            {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
            {"If-Modified-Since": first.headers["last-modified"]},
        ):
            again = await square.nobody().get(path, headers=asked)
            assert (again.status_code, again.content) == (304, b""), f"{path} {asked}"
            assert again.headers["etag"] == first.headers["etag"]
        for asked in (
            {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]},
            {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
            {"If-Modified-Since": "yesterday"},
        ):
            assert (await square.nobody().get(path, headers=asked)).status_code == 200, f"{path} {asked}"
    etag = (await fetched(square.nobody(), "/@anna.rss")).headers["etag"]
    await square.anna.says("Två")
    assert (await square.nobody().get("/@anna.rss", headers={"If-None-Match": etag})).status_code == 200


async def test_bad_paging_is_a_clear_refusal(square: Square) -> None:
    for query in ("max_id=x", "max_id=-1", f"max_id={10**30}", "min_id=%00"):
        assert (await square.nobody().get(f"/@anna.rss?{query}")).status_code in (200, 400, 404, 422), query
