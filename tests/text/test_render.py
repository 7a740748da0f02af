"""What people type, and the HTML that Mastodon's clients expect of it."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torg.text.clean import clean, to_plain
from torg.text.render import MentionTarget, Rendered, Tag, render, scan

ORIGIN = "https://torg.example"
ANNA = MentionTarget(url="https://torg.example/@anna", acct="anna")
BJORN = MentionTarget(url="https://far.example/@bjorn", acct="bjorn@far.example")
CAST = {"anna": ANNA, "bjorn@far.example": BJORN}
PIECES = st.sampled_from(
    ["@anna", "@Bjorn@far.example", "#tag", "#å", "http://a.se/(b)", "https://", "&amp;", "<b>", '"', "'", "\n", "\n\n",
     " ", "\r", "\x00", "\ud800", "\u200b", "\u202e", "👩‍👩‍👧", "e\u0301", "#", "@", "!g", ".", "magnet:?xt=urn:a:b"]
)  # fmt: skip
TYPED = st.one_of(st.text(), st.lists(PIECES).map("".join))


def rendered(source: str) -> Rendered:
    return render(source, mentions=CAST, origin=ORIGIN)


def html(source: str) -> str:
    return rendered(source).html


def anchor(url: str, prefix: str, shown: str, hidden: str = "") -> str:
    return (
        f'<a href="{url}" target="_blank" rel="nofollow noopener noreferrer" translate="no">'
        f'<span class="invisible">{prefix}</span><span class="{"ellipsis" if hidden else ""}">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hej", "<p>Hej</p>"),
        ("", ""),
        (" \n\r\n ", ""),
        ("one\ntwo\n\nthree", "<p>one<br />two</p><p>three</p>"),
        ("one\rtwo\r\n \t\r\nthree", "<p>one<br />two</p><p>three</p>"),
        ("\n\n\n  a  b", "<p>a  b</p>"),
        ("&amp; typed", "<p>&amp;amp; typed</p>"),
        ("\"a\" 'b' <c>", "<p>&quot;a&quot; &#x27;b&#x27; &lt;c&gt;</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("räksmörgås 👩‍👩‍👧 שלום", "<p>räksmörgås 👩‍👩‍👧 שלום</p>"),
        ("a\x00b\x08c\ud800", "<p>abc\ufffd</p>"),
        ("zero\u200bwidth", "<p>zero\u200bwidth</p>"),
        ("w" * 5000, f"<p>{'w' * 5000}</p>"),
    ],
)
def test_paragraphs_and_escapes(source: str, expected: str) -> None:
    assert html(source) == expected


@pytest.mark.parametrize(
    ("source", "before", "url", "after"),
    [
        ("(https://en.wikipedia.org/wiki/Foo_(bar))", "(", "https://en.wikipedia.org/wiki/Foo_(bar)", ")"),
        ("on http://www.current.com/debate  grrr", "on ", "http://www.current.com/debate", "  grrr"),
        ("see https://a.se/b.", "see ", "https://a.se/b", "."),
        ('"https://a.se/b", ok', '"', "https://a.se/b", '", ok'),
        ("https://a.se/?q=1&r=2!", "", "https://a.se/?q=1&r=2", "!"),
        ("👉https://a.se/å", "👉", "https://a.se/å", ""),
        ("HTTPS://A.se", "", "HTTPS://A.se", ""),
        ("https://a.se/@anna#tag", "", "https://a.se/@anna#tag", ""),
        ("gemini://a.se/b", "", "gemini://a.se/b", ""),
        ("xmpp:anna@a.se.", "", "xmpp:anna@a.se", "."),
        ("magnet:?xt=urn:btih:c12fe&dn=x", "", "magnet:?xt=urn:btih:c12fe&dn=x", ""),
        ("http://localhost:8000/x", "", "http://localhost:8000/x", ""),
    ],
)
def test_urls_end_where_the_reader_thinks(source: str, before: str, url: str, after: str) -> None:
    result = rendered(source)
    assert result.links == [url]
    assert result.mentions == []
    assert result.tags == []
    assert to_plain(result.html).replace("\n", "") == " ".join(f"{before}{url}{after}".split(" "))
    assert f'href="{url.replace("&", "&amp;")}"' in result.html


@pytest.mark.parametrize(
    "source",
    ["javascript:alert(1)", "data:text/html,x", "xhttps://a.se", "file:///etc/passwd", "ftp://a.se/", "a.se", "//a.se",
     "http://", "https:// y", "vbscript://a.se", "anna@a.se", "mailto:anna@a.se"],
)  # fmt: skip
def test_what_is_no_link(source: str) -> None:
    assert rendered(source).links == []
    assert "<a" not in html(source)


def test_long_urls_are_shortened_for_the_eye_alone() -> None:
    url = "https://www.example.com/page/that/is/very/long"
    assert html(url) == f"<p>{anchor(url, 'https://www.', 'example.com/page/that/is/very/', 'long')}</p>"
    assert html("http://a.se/b") == f"<p>{anchor('http://a.se/b', 'http://', 'a.se/b')}</p>"


def test_an_endless_url_is_text() -> None:
    source = "https://a.se/" + "x" * 3000 + " https://b.se"
    assert rendered(source).links == ["https://b.se"]
    assert to_plain(html(source)) == source


def test_mentions_are_linked_when_known() -> None:
    card = '<span class="h-card" translate="no"><a href="{}" class="u-url mention">@<span>{}</span></a></span>'
    assert html("hej @anna!") == f"<p>hej {card.format(ANNA.url, 'anna')}!</p>"
    assert html("@Bjorn@Far.Example.") == f"<p>{card.format(BJORN.url, 'Bjorn')}.</p>"
    assert html("@anna.Tack") == f"<p>{card.format(ANNA.url, 'anna')}.Tack</p>"
    assert html("@nobody & @x@y.se") == "<p>@nobody &amp; @x@y.se</p>"
    result = rendered("@bjorn@far.example @anna @ANNA .@anna (@anna)")
    assert result.mentions == ["bjorn@far.example", "anna"]


def test_namesakes_are_shown_with_their_hosts() -> None:
    both = {"anna": ANNA, "anna@far.example": MentionTarget(url="https://far.example/@anna", acct="anna@far.example")}
    result = render("@anna @anna@far.example", mentions=both, origin=ORIGIN)
    assert "@<span>anna@far.example</span>" in result.html
    assert "@<span>anna</span>" in result.html
    assert result.mentions == ["anna", "anna@far.example"]


@pytest.mark.parametrize(
    "source", ["me@anna", "åsa@anna", "https://a.se/@anna", "/@anna", "=@anna", "@annaö", "@annabel"]
)
def test_what_is_no_mention(source: str) -> None:
    assert rendered(source).mentions == []


def test_tags_are_linked_as_spelt_and_named_in_lower_case() -> None:
    href = f"{ORIGIN}/tags/r%C3%A4ksm%C3%B6rg%C3%A5s"
    link = f'<a href="{href}" class="mention hashtag" rel="tag">#<span>Räksmörgås</span></a>'
    assert html("#Räksmörgås!") == f"<p>{link}!</p>"
    result = rendered("#Debate08 #debate08 ＃ＤＥＢＡＴＥ０８ #på")
    assert result.tags == [Tag("debate08", "Debate08"), Tag("på", "på")]


def test_a_decomposed_letter_is_a_letter() -> None:
    assert rendered(unicodedata.normalize("NFD", "#på #हिन्दी")).tags == [
        Tag("på", unicodedata.normalize("NFD", "på")),
        Tag("हिन्दी", "हिन्दी"),
    ]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("#2008", []), ("#1_2", ["1_2"]), ("#1a", ["1a"]), ("#_", []), ("#", []), ("##x", ["x"]), ("foo#bar", []),
        ("/#bar", []), ("&#x27;", []), ("#a-b", ["a"]), ("#a·b", ["a·b"]), ("#a·", ["a"]), ("#·a", []), ("(#a)", ["a"]),
        ("#a#b", ["a"]), ("#1️⃣", []), ("#タグ", ["タグ"]), ("#a.b", ["a"]), ("#" + "a" * 300, []), ("#tag://x", []),
        ("#a,#b", ["a", "b"]), ("#ﬁn", ["fin"]),
    ],
)  # fmt: skip
def test_what_is_a_tag(source: str, names: list[str]) -> None:
    assert [tag.name for tag in rendered(source).tags] == names
    assert scan(source).tags == names


def test_scan_says_whom_to_look_up() -> None:
    found = scan("@Anna @anna.Tack @bjorn@far.example hi@x.se !Klubben #Å https://a.se/@no !!no wow!no")
    assert found.handles == ["anna", "anna.tack", "bjorn@far.example"]
    assert found.groups == ["klubben"]
    assert found.tags == ["å"]


def test_groups_are_linked_when_known() -> None:
    club = MentionTarget(url=f"{ORIGIN}/groups/klubben", acct="klubben")
    result = render("till !klubben och !annan", mentions={}, origin=ORIGIN, groups={"klubben": club})
    assert result.groups == ["klubben"]
    assert "!<span>klubben</span></a></span> och !annan" in result.html


def test_foreign_html_is_cleaned_and_scanned() -> None:
    source = '<p onclick="x">Hej @anna <b>#Tag</b></p><script>no</script><p>https://a.se</p>'
    result = render(source, mentions=CAST, origin=ORIGIN, content_type="text/html")
    assert result.html == clean(source)
    assert (result.plain, result.mentions, result.links) == (
        "Hej @anna #Tag\n\nhttps://a.se",
        ["anna"],
        ["https://a.se"],
    )
    assert result.tags == [Tag("tag", "Tag")]
    with pytest.raises(ValueError, match="content type"):
        render("x", mentions={}, origin=ORIGIN, content_type="text/bbcode")  # type: ignore[arg-type]


class Checker(HTMLParser):
    """Fails on an element or attribute that rendering never writes, and on tags that do not match."""

    allowed = {"p": set(), "br": set(), "span": {"class", "translate"}}
    allowed["a"] = {"href", "class", "rel", "target", "translate"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= self.allowed[tag]
        href = dict(attrs).get("href")
        assert href is None or href.lower().startswith(("http://", "https://", "magnet:?xt=", "xmpp:"))
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(TYPED)
def test_whatever_is_typed_gives_sound_html_and_loses_no_text(source: str) -> None:
    result = rendered(source)
    result.html.encode()
    checker = Checker()
    checker.feed(result.html)
    checker.close()
    assert checker.open == []


@given(TYPED)
def test_readers_see_all_that_was_typed(source: str) -> None:
    result = render(source, mentions={"anna": ANNA}, origin=ORIGIN)  # of a remote address, only the name is shown
    assert "".join(to_plain(result.html).split()) == "".join(result.plain.split())


@given(TYPED)
def test_scan_finds_all_that_render_links(source: str) -> None:
    found, result = scan(source), rendered(source)
    assert set(result.mentions) <= set(found.handles)
    assert [tag.name for tag in result.tags] == found.tags
