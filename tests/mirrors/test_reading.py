"""Feeds of every kind and of every malice, read: RSS, Atom, JSON Feed, odd encodings, bombs, and what is no feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from torg.mirrors import rules
from torg.mirrors.model import Item, Unreadable
from torg.mirrors.reading import MOST_BYTES, MOST_ITEMS, read
from torg.text.length import length
from torg.text.render import scan

HOME = "https://blogg.example/feed"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="sv"><title type="html">Min &amp;lt;b&amp;gt; blogg</title>
<link rel="self" href="/feed"/><link rel="hub" href="https://hub.example/"/>
<entry><id>tag:x,2026:1</id><title>Första &amp;amp; bästa</title><link href="/1"/>
<updated>2026-03-01T10:00:00+01:00</updated>
<summary>kort</summary><content type="html">&lt;p&gt;lång &lt;script&gt;x()&lt;/script&gt;&lt;/p&gt;</content>
</entry></feed>"""
RSS1 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://x.example/"><title>Äldst</title></channel>
<item rdf:about="https://x.example/1"><title>Ett</title><link>https://x.example/1</link></item></rdf:RDF>"""


def test_atom() -> None:
    found = read(ATOM.encode(), HOME)
    [item] = found.items
    assert (found.hub, found.topic) == ("https://hub.example/", HOME)
    assert (item.key, item.url, item.summary) == ("tag:x,2026:1", "https://blogg.example/1", "kort")
    assert item.title == "Första & bästa"
    assert item.published == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_rss_1_and_html_entities_and_doctypes() -> None:
    assert [item.title for item in read(RSS1.encode(), HOME).items] == ["Ett"]
    old = (
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://x.example/d">'
        "<rss version='0.91'><channel><title>a&nbsp;b &eacute;</title><item><title>T&aring;g</title>"
        "<description>&lt;p&gt;x</description></item></channel></rss>"
    )
    found = read(old.encode(), HOME)
    assert found.title == "a b é"
    assert found.items[0].title == "Tåg"
    assert found.items[0].key, "an entry without id or address has its words"


@pytest.mark.parametrize(("charset", "declared"), [("iso-8859-1", True), ("utf-16", True), ("windows-1252", False)])
def test_encodings(charset: str, declared: bool) -> None:
    head = f'<?xml version="1.0" encoding="{charset}"?>' if declared else ""
    text = f"{head}<rss version='2.0'><channel><title>Blåbär</title></channel></rss>"
    assert read(text.encode(charset), HOME, charset=None if declared else charset).title == "Blåbär"


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "sv", "feed_url": HOME,
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "items": [
            {"id": 7, "url": "/7", "content_html": "<p>hej</p>", "date_published": "2026-01-02T03:04:05Z"},
            {"content_text": "utan id"}, "no object", {"id": "x", "title": ["list"]},
        ],
    }  # fmt: skip
    found = read(json.dumps(feed).encode(), HOME, "application/feed+json")
    assert (found.hub, len(found.items)) == ("https://hub.example/", 3)
    assert (found.items[0].key, found.items[0].summary) == ("7", "hej")
    assert (found.items[0].url, found.items[0].language) == ("https://blogg.example/7", "sv")


BOMB = (
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<rss><channel><title>&b;</title></channel></rss>"
)
EXTERNAL = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>'


@pytest.mark.parametrize(
    "body",
    [
        b"", b"hello", b"{", b'{"version": 1}', b"[" * 100_000, b"{" + b'"a":{' * 50_000, b"/etc/passwd",
        b"<html><body>x</body></html>", b"<rss><channel>", b"<svg/>", BOMB.encode(), EXTERNAL.encode(),
        BOMB.encode("utf-16"), EXTERNAL.encode("utf-16-be"),
        ("<!-- " + "x" * 5000 + " -->" + BOMB).encode(),
        b"<rss>" + b"<a>" * 200 + b"</a>" * 200 + b"</rss>", b"<rss>" + b"<a/>" * 200_000 + b"</rss>",
        b"<rss " + b" ".join(b"a%d='1'" % n for n in range(500)) + b"/>",
        b" " * (MOST_BYTES + 1), b'<?xml version="1.0" encoding="zlib"?><rss/>',
        b'<?xml version="1.0" encoding="utf-7"?><rss/>', b"\xff\xfe\x00", bytes(range(256)) * 50,
    ],
)  # fmt: skip
def test_what_is_no_feed_or_not_safe_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read(body, HOME)
    assert len(str(refused.value)) > 10


def test_addresses_in_a_feed_are_harmless() -> None:
    item = "<item><title>x</title><link>{}</link></item>"
    for link in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[", "http://u:p@x.example/"):
        feed = f"<rss version='2.0'><channel>{item.format(link)}</channel></rss>"
        [found] = read(feed.encode(), HOME).items
        assert found.url is None or found.url.startswith("https://blogg.example/"), link


def test_many_entries_are_cut_and_repeated_ones_are_one() -> None:
    items = "".join(f"<item><guid>{n // 2}</guid><title>{n}</title></item>" for n in range(1_000))
    found = read(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), HOME)
    assert len(found.items) == MOST_ITEMS // 2


def item(title: str = "", summary: str = "", url: str | None = "https://blogg.example/1") -> Item:
    return Item(key="k", title=title, summary=summary, url=url, published=None)


@pytest.mark.parametrize("most", [100, 500])
@pytest.mark.parametrize(
    "one",
    [
        item("Rubrik", "ord " * 400), item("R" * 300, "s" * 5000), item("", "👩‍👩‍👧‍👦" * 900),
        item("t" * 300, "", None),
        item("Länkar", "https://x.example/aaaaaaaa " * 60), item("A", "B", "https://blogg.example/" + "l" * 1500),
        item("med rad\u2028slut", "a\n\nb\n" * 200),
    ],
)  # fmt: skip
def test_a_post_has_the_right_length(one: Item, most: int) -> None:
    text = rules.text_of(one, most)
    assert 0 < length(text) <= most
    if one.url:
        assert text.endswith(one.url)


def test_a_title_that_only_repeats_the_text_is_left_out() -> None:
    assert rules.text_of(item("Hej alla barn…", "Hej alla barn, nu är det"), 500).startswith("Hej alla barn, nu")
    assert rules.text_of(item("Hej", "Annat"), 500) == "Hej\n\nAnnat\n\nhttps://blogg.example/1"


def test_no_word_of_a_blog_addresses_anybody() -> None:
    text = rules.text_of(item("@anna !fika ＠bob", "(@x@y.example) a!b @@c !!d ord@ord.se"), 500)
    found = scan(text)
    assert (found.handles, found.groups) == ([], [])
