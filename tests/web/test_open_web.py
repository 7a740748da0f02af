"""What machines read in public pages: microformats2 (judged by mf2py), Open Graph, rel=me, where else the thing is."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import mf2py
import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.media import makers
from tests.web.reader import Reader
from torg.accounts import store as accounts
from torg.accounts.model import ProfileField
from torg.text.profile import render_field

ORIGIN = f"http://{PUBLIC}"


class Head(HTMLParser):
    """`meta` by name or property, `link` by rel."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.meta: dict[str, list[str]] = {}
        self.links: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.meta.setdefault(values.get("name") or values.get("property") or "", []).append(
                values.get("content", "")
            )
        elif tag == "link":
            self.links.append(values)

    def hrefs(self, rel: str, type_: str | None = None) -> list[str]:
        return [link["href"] for link in self.links if link["rel"] == rel and type_ in (None, link.get("type"))]


async def read(square: Square, path: str) -> tuple[dict[str, Any], Head]:
    page = await Reader(square).open(path)
    assert page.status_code == 200, page.text
    return mf2py.parse(page.text, url=f"{ORIGIN}{path}", html_parser="html5lib"), Head(page.text)


def entries(found: dict[str, Any], kind: str = "h-entry") -> list[dict[str, Any]]:
    """All items of a type, also within feeds."""
    items = [*found["items"]]
    for item in items:
        items += item.get("children", [])
    return [item["properties"] for item in items if item["type"] == [kind]]


async def test_a_post_is_the_one_entry_of_its_page(square: Square) -> None:
    asked = await square.bjorn.says("Where is the post office?")
    said = await square.anna.says(
        "@bjorn At the #market, see https://blog.example/post <b>", in_reply_to_id=asked["id"], language="en"
    )
    await square.shop.says("@anna Thanks", in_reply_to_id=said["id"])
    found, head = await read(square, f"/@anna/{said['id']}")
    [entry] = entries(found)
    assert entry["url"] == [f"{ORIGIN}/@anna/{said['id']}"]
    assert entry["published"][0][:19] == said["created_at"][:19]
    assert entry["in-reply-to"] == [f"{ORIGIN}/@bjorn/{asked['id']}"]
    assert entry["category"] == ["market"]
    [content] = entry["content"]
    assert content["value"].endswith("see https://blog.example/post <b>")
    assert 'href="https://blog.example/post"' in content["html"]
    [author] = entry["author"]
    assert author["type"] == ["h-card"]
    assert (author["properties"]["name"], author["properties"]["url"]) == (["Anna"], [f"{ORIGIN}/@anna"])
    assert len(entries(found, "h-cite")) == 2, "what it answers and what answers it are cited beside it"
    assert head.hrefs("canonical") == [f"{ORIGIN}/@anna/{said['id']}"]
    assert head.hrefs("alternate", "application/activity+json") == [f"{ORIGIN}/users/anna/statuses/{said['id']}"]
    assert len(head.hrefs("alternate", "application/json+oembed")) == 1
    assert head.meta["fediverse:creator"] == [f"@anna@{PUBLIC}"]
    assert head.meta["og:type"] == ["article"]
    assert head.meta["og:url"] == [f"{ORIGIN}/@anna/{said['id']}"]
    assert head.meta["article:published_time"] == [said["created_at"]]
    assert head.meta["article:tag"] == ["market"]
    assert head.meta["og:locale"] == ["en_GB"]
    assert head.meta["twitter:card"] == ["summary"], "a portrait is no picture of the post"
    assert head.meta["og:image"][0].startswith(ORIGIN)


async def test_edits_warnings_and_quotes_are_told(square: Square) -> None:
    quoted = await square.bjorn.says("Worth a quotation")
    said = await square.anna.says("The butler", spoiler_text="The end", quoted_status_id=quoted["id"])
    changed = await square.anna.put(
        f"/api/v1/statuses/{said['id']}", json={"status": "The gardener", "spoiler_text": "The end"}
    )
    found, head = await read(square, f"/@anna/{said['id']}")
    [entry] = entries(found)
    assert entry["summary"] == ["The end"]
    assert entry["updated"][0][:19] == changed.json()["edited_at"][:19]
    assert entry["quotation-of"][0]["properties"]["url"] == [f"{ORIGIN}/@bjorn/{quoted['id']}"]
    assert head.meta["og:description"] == ["Content warning: The end"], "cards of elsewhere do not go around it"
    assert head.meta["article:modified_time"] == [changed.json()["edited_at"]]


async def test_cards_of_elsewhere_tell_of_pictures_polls_and_quotes_and_show_nothing_that_is_covered(
    square: Square,
) -> None:
    async def uploaded() -> str:
        files = {"file": ("a.png", makers.encoded(".png"), "image/png")}
        made = await square.anna.post("/api/v2/media", files=files, data={"description": "A <red> square"})
        return str(made.json()["id"])

    shown = await square.anna.says("", media_ids=[await uploaded(), await uploaded()])
    _, head = await read(square, f"/@anna/{shown['id']}")
    assert head.meta["og:description"] == ["2 pictures"]
    assert head.meta["twitter:card"] == ["summary_large_image"]
    assert head.meta["og:image:alt"] == ["A <red> square"]
    assert head.meta["og:image:width"] == ["320"]
    picture = head.meta["og:image"]
    for covered in ({"sensitive": True}, {"spoiler_text": "Red"}):
        said = await square.anna.says("Look", media_ids=[await uploaded()], **covered)
        _, head = await read(square, f"/@anna/{said['id']}")
        assert head.meta["twitter:card"] == ["summary"]
        assert "/media/" not in head.meta["og:image"][0]
        assert ("Look" in head.meta["og:description"][0]) is ("spoiler_text" not in covered)
        assert head.meta["og:image"] != picture
    asked = await square.anna.says("Which?", poll={"options": ["moss", "brick & stone"], "expires_in": 600})
    _, head = await read(square, f"/@anna/{asked['id']}")
    assert head.meta["og:description"] == ["Which? · ○ moss ○ brick & stone"]
    quiet = await square.bjorn.says("The butler", spoiler_text="The end")
    bare = await square.anna.says("", quoted_status_id=quiet["id"])
    _, head = await read(square, f"/@anna/{bare['id']}")
    assert head.meta["og:description"] == ["Quotes Bjorn"], "what is behind the warning of a quoted post is not told"


async def test_a_profile_is_a_card_with_a_feed(square: Square) -> None:
    network = square.networks[PUBLIC]
    site = "https://anna.example/"
    async with square.services.db.tx(network.scope) as tx:
        fields = [
            ProfileField(name="Site", value=site, value_html=render_field(site, mentions={}, origin=ORIGIN)),
            ProfileField(name="Motto", value="Be kind", value_html="Be kind"),
        ]
        await accounts.update(tx, square.anna.id, {"fields": fields, "note": "Hi", "note_html": "<p>Hi</p>"})
    own = await square.anna.says("Mine")
    theirs = await square.bjorn.says("Not mine")
    await square.anna.post(f"/api/v1/statuses/{theirs['id']}/reblog")
    found, head = await read(square, "/@anna")
    card = next(item["properties"] for item in found["items"] if item["type"] == ["h-card"])
    assert card["name"] == ["Anna"]
    assert f"{ORIGIN}/@anna" in card["url"]
    assert card["uid"] == [f"{ORIGIN}/@anna"]
    assert card["nickname"] == ["anna"]
    assert card["note"] == ["Hi"]
    assert found["rels"]["me"] == [site]
    feed = next(item for item in found["items"] if item["type"] == ["h-feed"])
    assert [one["properties"]["url"] for one in feed["children"] if one["type"] == ["h-entry"]] == [
        [f"{ORIGIN}/@anna/{own['id']}"]
    ], "what one boosts is not what one wrote"
    assert head.hrefs("me") == [site]
    assert head.hrefs("alternate", "application/activity+json") == [f"{ORIGIN}/users/anna"]
    assert head.meta["og:type"] == ["profile"]
    assert head.meta["fediverse:creator"] == [f"@anna@{PUBLIC}"]


async def test_an_inside_page_tells_other_sites_nothing(square: Square) -> None:
    said = await square.person(INSIDE, "anna").says("Within #us")
    reader = await Reader(square, INSIDE).enters("bjorn")
    for path in ("/@anna", f"/@anna/{said['id']}"):
        head = Head((await reader.open(path)).text)
        assert not any(name.startswith(("og:", "twitter:", "article:", "fediverse:")) for name in head.meta), path
        ours = {"icon", "apple-touch-icon", "manifest", "stylesheet"}
        assert {link["rel"] for link in head.links} <= ours, path
        assert all(link["href"].startswith("/") for link in head.links), path


async def test_the_embed_page_may_be_framed_and_no_other(square: Square) -> None:
    said = await square.anna.says("For your page")
    reader = Reader(square)
    page = await reader.open(f"/@anna/{said['id']}/embed")
    assert "For your page" in page.text
    assert page.headers["content-security-policy"].endswith("frame-ancestors *")
    assert "<script" not in page.text
    assert '<base target="_blank">' in page.text
    for path in (f"/@anna/{said['id']}", "/@anna", "/"):
        assert "frame-ancestors 'none'" in (await reader.open(path)).headers["content-security-policy"], path
    assert (await reader.open(f"/@bjorn/{said['id']}/embed")).headers["location"] == f"/@anna/{said['id']}/embed"


async def test_the_embed_page_is_a_strangers_view(square: Square) -> None:
    private = await square.anna.says("For followers", visibility="private")
    message = await square.anna.says("@bjorn hush", visibility="direct")
    inside = await square.person(INSIDE, "anna").says("Within")
    for reader in (Reader(square), await Reader(square).enters("anna")):
        never = await reader.open("/@anna/1234567890/embed")
        for one in (private, message, inside):
            page = await reader.open(f"/@anna/{one['id']}/embed")
            assert (page.status_code, page.text) == (404, never.text)
    member = await Reader(square, INSIDE).enters("bjorn")
    for path in (f"/@anna/{inside['id']}/embed", "/@anna/1234567890/embed"):
        page = await member.open(path)
        assert page.status_code == 303, path
        assert page.headers["location"].startswith("/auth/sign_in"), path


@pytest.mark.parametrize(("width", "height"), [(None, None), (220, None), (4000, 100)])
async def test_oembed_keeps_to_the_size_asked_for(square: Square, width: int | None, height: int | None) -> None:
    said = await square.anna.says("A " * 200)
    params = {"url": said["url"], **({"maxwidth": width} if width else {}), **({"maxheight": height} if height else {})}
    found = (await square.nobody().get("/api/oembed", params=params)).json()
    assert found["width"] <= (width or 400)
    assert found["height"] <= (height or 900)
    source = re.search(r'src="([^"]+)"', found["html"])
    assert source is not None
    assert (await Reader(square).open(source[1].removeprefix(ORIGIN))).status_code == 200


async def test_oembed_speaks_json_only(square: Square) -> None:
    said = await square.anna.says("Here")
    answer = await square.nobody().get("/api/oembed", params={"url": said["url"], "format": "xml"})
    assert answer.status_code == 501
