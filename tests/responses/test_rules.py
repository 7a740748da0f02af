"""Whether a page links, what it says, and what becomes of it then."""

from __future__ import annotations

import msgspec
import pytest

from torg.engine.fetched import Fetched
from torg.responses import rules
from torg.responses.model import Said

TARGET = "https://acme.example/@anna/17"
SOURCE = "https://blog.example/post"


def page(body: str, kind: str = "text/html", url: str = SOURCE) -> Fetched:
    return Fetched(url=url, status=200, headers={"content-type": kind}, body=body.encode())


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", f'<a href="{TARGET}">x</a>'),
        ("text/html", f'<a href="{TARGET}#replies">x</a>'),
        ("text/html", '<a href="//acme.example/%40anna/17/">x</a>'),
        ("text/html", f'<base href="https://acme.example/"><a href="@anna/17">x</a>{"x"}'),
        ("text/html", f'<img src="{TARGET}">'),
        ("application/xhtml+xml", f"<video src='{TARGET}'></video>"),
        ("application/json", f'{{"items": [{{"url": "{TARGET}"}}]}}'),
        ("application/activity+json", f'["{TARGET}"]'),
        ("text/plain", f"see <{TARGET}>."),
    ],
)
def test_a_link_is_found(kind: str, body: str) -> None:
    assert rules.read(page(body, kind), TARGET).links


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", TARGET),
        ("text/html", f'<!-- <a href="{TARGET}">x</a> -->'),
        ("text/html", f"<script>'<a href=\"{TARGET}\">'</script>"),
        ("text/html", f'<template><a href="{TARGET}">x</a></template>'),
        ("text/html", f'<a href="{TARGET}7">x</a>'),
        ("text/html", f'<a href="https://evil.example/?{TARGET}">x</a>'),
        ("text/html", f'<a title="{TARGET}">x</a>'),
        ("application/json", f'{{"text": "I saw {TARGET} there"}}'),
        ("application/json", "{" * 5000),
        ("application/json", "[" * 5000 + "]" * 5000),
        ("text/plain", "nothing"),
        ("image/png", TARGET),
        ("", TARGET),
    ],
)
def test_what_is_no_link_is_none(kind: str, body: str) -> None:
    assert not rules.read(page(body, kind), TARGET).links


def said(body: str, url: str = SOURCE) -> Said:
    read = rules.read(page(body, url=url), TARGET)
    assert read.links
    return read.said


@pytest.mark.parametrize(
    ("name", "kind"),
    [("in-reply-to", "reply"), ("like-of", "like"), ("repost-of", "repost"), ("bookmark-of", "bookmark")],
)
def test_kinds(name: str, kind: str) -> None:
    found = said(f'<div class="h-entry"><a class="u-{name}" href="{TARGET}">x</a><p class="e-content">Yes</p></div>')
    assert (found.kind, found.text) == (kind, "Yes")
    assert said(f'<a class="u-{name}" href="{TARGET}">x</a>').kind == "mention"


def test_an_rsvp_is_one_of_four_words() -> None:
    entry = '<div class="h-entry"><a class="u-in-reply-to" href="{}">x</a><data class="p-rsvp" value="{}"></data></div>'
    assert (said(entry.format(TARGET, "Yes")).kind, said(entry.format(TARGET, "yes")).rsvp) == ("rsvp", "yes")
    assert said(entry.format(TARGET, "of course")).kind == "reply"


def test_the_entry_that_links_is_the_one_that_speaks() -> None:
    found = said(
        '<title>Blog</title><div class="h-feed"><div class="h-entry"><p class="e-content">Other</p></div>'
        f'<div class="h-entry"><p class="e-content">Mine <a href="{TARGET}">there</a></p>'
        '<a class="u-url" href="/mine">#</a></div></div>'
    )
    assert (found.text, found.url) == ("Mine there", "https://blog.example/mine")


def test_nobody_speaks_in_another_sites_name() -> None:
    entry = (
        '<div class="h-entry"><a class="p-author h-card" href="{}">The City</a>'
        f'<a class="u-in-reply-to" href="{TARGET}">x</a><a class="u-url" href="{{}}">#</a></div>'
    )
    forged = said(entry.format("https://city.example/", "https://city.example/decision"))
    assert (forged.author_name, forged.author_url, forged.url) == ("The City", "", SOURCE)
    own = said(entry.format("https://blog.example/about", "/own"))
    assert (own.author_url, own.url) == ("https://blog.example/about", "https://blog.example/own")


def test_foreign_markup_is_text_and_bounded() -> None:
    body = "<p>Hi &lt;script&gt;alert(1)&lt;/script&gt;</p><script>evil()</script><style>x{}</style>"
    body += "<p>a</p>" * 3000
    found = said(f'<div class="h-entry"><a href="{TARGET}"></a><div class="e-content">{body}\u202e\x00</div></div>')
    assert found.text.startswith("Hi <script>alert(1)</script>\na")
    assert "evil" not in found.text
    assert "\u202e" not in found.text
    assert "\x00" not in found.text
    assert len(found.text) <= rules.TEXT_CAP


def test_a_page_without_microformats_speaks_by_its_card() -> None:
    found = said(
        '<html lang="sv"><title>En sida</title><meta name="description" content="Om torget"><meta name="author" '
        f'content="Eva"><a href="{TARGET}">x</a>'
    )
    assert (found.kind, found.title, found.text, found.author_name) == ("mention", "En sida", "Om torget", "Eva")
    assert found.language == "sv"
    assert said(f'<a href="{TARGET}">x</a>').author_name == "blog.example"


def test_what_was_decided_holds_until_it_says_something_else() -> None:
    before = Said(text="Nice")
    other = msgspec.structs.replace(before, text="Buy now")
    for refused in ("rejected", "spam"):
        assert rules.next_state(refused, before, other, trusted=True) == refused  # type: ignore[arg-type]
    assert rules.next_state("unverified", None, before, trusted=False) == "pending"
    assert rules.next_state("unverified", None, before, trusted=True) == "approved"
    assert rules.next_state("approved", before, before, trusted=False) == "approved"
    assert rules.next_state("approved", before, other, trusted=False) == "pending"
    assert rules.next_state("approved", before, other, trusted=True) == "approved"


def test_own_links_and_too_many_are_not_told() -> None:
    links = ["http://acme.test/@bjorn", "https://a.example/", "https://a.example/", "javascript:x", "xmpp:a@b.example"]
    assert rules.wants_telling(links, "http://acme.test") == ["https://a.example/"]
    two = ["https://www.a.example/x", "https://b.example/"]
    assert rules.wants_telling(two, "http://acme.test", ["a.example"]) == two[1:]
    many = [f"https://a.example/{n}" for n in range(50)]
    assert rules.wants_telling(many, "http://acme.test") == many[: rules.MOST_TARGETS]
