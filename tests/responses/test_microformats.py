"""Our reading of microformats2 against mf2py's, on pages as blogs write them; and hostile markup in linear time."""

from __future__ import annotations

from typing import Any

import mf2py
import pytest

from tests.text.test_linear import calls
from torg.responses.microformats import Item, items
from torg.text.markup import parse

URL = "https://blog.example/2026/post"
PAGES = {
    "a reply": """<article class="h-entry">
        <a class="p-author h-card" href="/"><img class="u-photo" alt="" src="/me.jpg">Eva Ek</a>
        <a class="u-in-reply-to" href="https://acme.test/@anna/1">in reply to</a>
        <div class="e-content"><p>Well said, <b>Anna</b>!</p></div>
        <a class="u-url" href="/2026/post">then</a></article>""",
    "a like": """<div class="h-entry">
        <span class="p-author h-card"><a class="u-url p-name" href="https://eva.example/">Eva</a></span>
        likes <a class="u-like-of" href="https://acme.test/@anna/1">this</a></div>""",
    "nested": """<div class="h-feed"><h1 class="p-name">Blog</h1><div class="h-entry"><p class="p-name">One</p>
        <div class="u-in-reply-to h-cite"><a class="u-url p-name" href="https://acme.test/@anna/1">A post</a></div>
        </div>
        <div class="h-entry"><p class="p-name e-content">Two</p><data class="p-rsvp" value="yes"></data></div></div>""",
    "left out end tags": """<ul class="h-feed"><li class="h-entry"><p class="p-name">One
        <li class="h-entry"><p class="p-summary">Two</ul>
        <table><tr class="h-card"><td class="p-name">Eva<td><a class="u-url" href="/eva">x</a><tr><td>none</table>""",
    "unquoted and odd": """<DIV CLASS=h-entry><P CLASS='p-name'>5 &lt; 6 &amp; more</P>
        <A CLASS=u-url HREF=/a?b=1&amp;c=2>x</A></DIV>""",
    "value class": """<div class="h-entry"><span class="p-name">A <b class="value">true</b> name</span>
        <abbr class="p-category" title="tag">t</abbr></div>""",
    "within main and body": """<body><main class="h-entry"><h1 class="p-name">Title</h1>
        <section><div class="e-content">Text</div></section></main></body>""",
    "implied": """<a class="h-card" href="/eva">Eva Ek</a><img class="h-card" alt="Bo" src="/bo.png">""",
}
COMPARED = (
    "name", "url", "author", "in-reply-to", "like-of", "summary", "category", "rsvp", "content",
)  # fmt: skip


def ours(item: Item) -> dict[str, Any]:
    return {
        "type": item.types,
        "properties": {
            name: [ours(one) if isinstance(one, Item) else " ".join(one.split()) for one in values]
            for name, values in item.properties.items()
            if name in COMPARED
        },
        "children": [ours(one) for one in item.children],
    }


def theirs(item: dict[str, Any]) -> dict[str, Any]:
    def value(one: Any) -> Any:
        if isinstance(one, dict) and "type" in one:
            return theirs(one)
        return " ".join((one["value"] if isinstance(one, dict) else one).split())

    return {
        "type": item["type"],
        "properties": {
            name: [value(one) for one in values] for name, values in item["properties"].items() if name in COMPARED
        },
        "children": [theirs(one) for one in item.get("children", [])],
    }


@pytest.mark.parametrize("about", PAGES)
def test_a_page_is_read_as_mf2py_reads_it(about: str) -> None:
    expected = [theirs(item) for item in mf2py.parse(PAGES[about], url=URL, html_parser="html5lib")["items"]]
    assert [ours(item) for item in items(parse(PAGES[about]), URL)] == expected


def test_classic_hentry_is_understood() -> None:
    page = """<div class="post hentry"><h2 class="entry-title"><a href="/x">Title</a></h2>
        <span class="author vcard"><a class="url fn n" href="/eva">Eva</a></span>
        <div class="entry-content">Text</div></div>"""
    [entry] = items(parse(page), URL)
    assert entry.types == ["h-entry"]
    assert (entry.first("name"), entry.first("content")) == ("Title", "Text")
    assert entry.first("author") == "Eva"
    card = entry.card("author")
    assert card is not None
    assert card.urls("url") == ["https://blog.example/eva"]


@pytest.mark.parametrize(
    "piece",
    [
        "<div class=h-entry>", "<b class=x>", "<p><b>", "</div>", "<!--", "<a b='", '<a b="', "<", "</", "<a ", "&amp",
        "<p class=p-name>", "<li>", "<td>", "<title>", "<script>", "<template>", "<a href=x class=u-url>", "=\"'",
        "<p><object><div>", "<table><tr><td>", "\x00", "&#x110000;", "<div class='h-entry h-card p-name'>x",
    ],
)  # fmt: skip
def test_hostile_markup_costs_what_its_length_costs(piece: str) -> None:
    short, long = ((piece * size)[:size] for size in (25_000, 100_000))
    items(parse(short), URL)
    assert calls(lambda: items(parse(long), URL)) <= 5 * calls(lambda: items(parse(short), URL)) + 200
