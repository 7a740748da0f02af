"""What is read from pages: well-meant, odd and hostile ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torg.cards import embeds, rules
from torg.cards.model import CardType, Preview
from torg.cards.tags import read

URL = "https://news.example/2026/a"
PAGE = """<!DOCTYPE html><html lang="sv-SE"><head><meta charset=utf-8>
<!-- <meta property="og:title" content="not this"> -->
<script>var x = '<meta property="og:title" content="nor this">';</script>
<title>Sidans titel &amp; mer</title>
<meta property="og:title" content="Riksdagen r&ouml;star &quot;ja&quot;">
<meta property='og:title' content='a second one'>
<META NAME=description CONTENT="  En
   beskrivning  ">
<meta property="og:site_name" content="Nyheterna">
<meta property="og:image" content="/bild.jpg"><meta property="og:image:alt" content="En talarstol">
<meta name="author" content="Anna Ek">
<meta property="article:author" content="https://news.example/anna">
<meta name="fediverse:creator" content="@anna@Acme.example">
<meta property="article:published_time" content="2026-11-22T10:00:00+01:00">
<link rel="alternate" type="application/json+oembed" href="/oembed?u=a&amp;f=json">
</head><body><h1>Rubrik</h1></body></html>"""


def test_a_page_with_everything() -> None:
    said = rules.preview(PAGE, URL)
    assert said.title == 'Riksdagen röstar "ja"'
    assert said.description == "En beskrivning"
    assert (said.language, said.type) == ("sv", CardType.LINK)
    assert (said.author_name, said.author_url) == ("Anna Ek", "https://news.example/anna")
    assert said.author_handle == "anna@acme.example"
    assert said.provider_name == "Nyheterna"
    assert (said.image_url, said.image_description) == ("https://news.example/bild.jpg", "En talarstol")
    assert said.oembed_url == "https://news.example/oembed?u=a&f=json"
    assert said.published_at == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert said.html == ""


def test_plain_html_is_enough_and_nothing_is_not() -> None:
    said = rules.preview("<title>\n Hej <b>då</b> </title><meta name=description content='text'>", URL)
    assert (said.title, said.description) == ("Hej <b>då</b>", "text")
    assert rules.worth_showing(said)
    assert not rules.worth_showing(rules.preview("", URL))
    assert not rules.worth_showing(rules.preview("<p>no title</p>", URL))


def test_base_moves_relative_addresses_but_only_to_the_web() -> None:
    page = '<base href="{}"><meta property="og:image" content="b.png"><title>t</title>'
    assert rules.preview(page.format("https://cdn.example/x/"), URL).image_url == "https://cdn.example/x/b.png"
    assert rules.preview(page.format("javascript:x/"), URL).image_url == "https://news.example/2026/b.png"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "https://user:secret@evil.example/",
        "https://[::1",
        "https://x:99999/",
        "https://x y/",
        'https://x/"onload=1',
        "https://x/" + "a" * 3000,
        "//",
        "",
    ],
)
def test_addresses_that_are_not_taken(address: str) -> None:
    assert rules.safe_url(address, URL) in (None, "https://news.example/2026/a")
    assert rules.safe_url(address, "") is None


def test_texts_are_one_line_without_controls_and_cut() -> None:
    assert rules.plain("a\x00b\x1b[31m\n\tc\u202ed\u2028e", 100) == "ab[31m cd e"
    assert rules.plain("å" * 400, 300) == "å" * 299 + "…"
    assert len(rules.preview(f"<title>{'x' * 100_000}</title>", URL).title) == rules.TITLE_CAP


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        ("å".encode(), None, "å"),
        ("å".encode("latin-1"), "iso-8859-1", "å"),
        (b'<meta charset="windows-1252">\xe5', None, '<meta charset="windows-1252">å'),
        (b"<meta http-equiv=x content='text/html; charset=iso-8859-1'>\xe5", None, None),
        (b"\xef\xbb\xbf\xc3\xa5", "iso-8859-1", "å"),
        ("日本".encode("shift_jis"), "shift_jis", "日本"),
        ("å".encode(), "no-such-charset", "å"),
        ("å".encode(), "zip", "å"),
        ("å".encode(), "unicode_escape", "å"),
        ("å".encode(), "idna", "å"),
        (b"\xff\xfe\xfd", None, "\ufffd" * 3),
    ],
)
def test_bytes_become_text(body: bytes, header: str | None, text: str | None) -> None:
    decoded = rules.decode(body, header)
    assert decoded == text if text is not None else decoded.endswith("å")


@pytest.mark.parametrize(
    "text", ["", "x", "2026-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31", "1969-01-01", "9" * 99]
)
def test_times_that_are_none(text: str) -> None:
    assert rules.moment(text) is None


def test_a_date_alone_is_midnight_utc() -> None:
    assert rules.moment("2026-11-22") == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "anna", "@anna", "anna@", "@a@b", "anna@x.example<script>", "a b@x.example"])
def test_handles_that_are_none(text: str) -> None:
    assert rules.handle(text) == ""


def _video(source: str, **more: str) -> str:
    metas = {"og:title": "t", "og:video:secure_url": source, "og:video:type": "text/html", **more}
    return "".join(f'<meta property="{name}" content="{value}">' for name, value in metas.items())


def test_a_player_of_the_same_site_is_framed_in_a_sandbox() -> None:
    page = _video("https://player.video.example/e/1?a=1&amp;b=2", **{"og:video:width": "480", "og:video:height": "270"})
    said = rules.preview(page, "https://www.video.example/watch")
    assert (said.type, said.width, said.height) == (CardType.VIDEO, 480, 270)
    assert said.html.startswith(
        '<iframe src="https://player.video.example/e/1?a=1&amp;b=2" width="480" height="270" sandbox='
    )
    assert said.html.endswith("></iframe>")


@pytest.mark.parametrize(
    "source",
    [
        "http://video.example/e",
        "https://evil.example/e",
        "https://notvideo.example/e",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://video.example/e&quot; onload=&quot;alert(1)",
        "https://video.example/e&gt;&lt;script&gt;",
    ],
)
def test_other_players_are_not(source: str) -> None:
    said = rules.preview(_video(source), "https://video.example/watch")
    assert (said.type, said.html) == (CardType.LINK, "")


def test_a_file_is_no_player() -> None:
    said = rules.preview(
        _video("https://video.example/a.mp4", **{"og:video:type": "video/mp4"}), "https://video.example/"
    )
    assert said.type is CardType.LINK


def test_hosts_of_one_site() -> None:
    assert embeds.related("www.video.example", "player.video.example")
    assert embeds.related("video.example", "video.example")
    assert not embeds.related("evilvideo.example", "video.example")
    assert not embeds.related("example", "video.example")
    assert not embeds.related("", "video.example")


def _said() -> Preview:
    return rules.preview(
        "<title>t</title><link type='application/json+oembed' href='https://api.video.example/o'>", URL
    )


def test_oembed_completes_a_page() -> None:
    answer = b'{"type":"link","title":"other","author_name":"Bo \\u202e","author_url":"https://v/bo","provider_name":"V","provider_url":"https://v/","thumbnail_url":"/t.png"}'
    said = rules.complete(_said(), answer, URL)
    assert (said.title, said.author_name, said.author_url) == ("t", "Bo", "https://v/bo")
    assert (said.provider_name, said.provider_url) == ("V", "https://v/")
    assert said.image_url == "https://news.example/t.png"


def test_oembed_photo_and_video() -> None:
    photo = rules.complete(_said(), b'{"type":"photo","url":"https://v/p.jpg","width":"640","height":480}', URL)
    assert (photo.type, photo.embed_url, photo.width, photo.height) == (CardType.PHOTO, "https://v/p.jpg", 640, 480)
    assert photo.image_url == "https://v/p.jpg"
    markup = (
        '<div><script src=x></script><iframe onload=alert(1) src=\\"https://api.video.example/e/1\\"></iframe></div>'
    )
    video = rules.complete(_said(), f'{{"type":"video","html":"{markup}","width":480,"height":270}}'.encode(), URL)
    assert video.type is CardType.VIDEO
    assert "onload" not in video.html
    assert 'src="https://api.video.example/e/1"' in video.html
    foreign = markup.replace("api.video.example", "evil.org")
    assert rules.complete(_said(), f'{{"type":"video","html":"{foreign}"}}'.encode(), URL).html == ""
    assert rules.complete(_said(), b'{"type":"rich","html":"<b onclick=x>hi</b>"}', URL).html == ""


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b'{"title":5,"author_name":[],"url":{},"type":"photo"}',
        b"[" * 100_000,
        b'{"width":1e999}',
    ],
)
def test_broken_oembed_changes_nothing(answer: bytes) -> None:
    assert rules.complete(_said(), answer, URL) == _said()


def test_the_first_link_that_can_be_fetched_gets_the_card() -> None:
    assert rules.link_for_card(["ftp://x/", "https://a.example/", "https://b.example/"]) == "https://a.example/"
    assert rules.link_for_card([]) is None


UNITS = ["<", "<!", "<!--", "<a ", "<a b", "<a b=", "<a b='", '<a b="', "<title>", "</title", "<meta ", "<script><"]
UNITS += ["&", "&#", "a=", "= ", " ", "/", "<a/", "<![CDATA[", "<?"]


@pytest.mark.parametrize("unit", UNITS)
def test_no_page_takes_long_to_read(unit: str) -> None:
    """Linear: a megabyte of any of these would take hours if it were read quadratically."""
    page = (unit * (rules.PAGE_CAP // len(unit)))[: rules.PAGE_CAP]
    rules.preview(page, URL)
    rules.preview("<meta content='" + page, URL)


@given(st.text(alphabet="<>!-/='\"abmetilnkc &;#x\n", max_size=300))
def test_any_page_is_read_without_error(page: str) -> None:
    rules.preview(page, URL)
    assert all(tag.name == tag.name.lower() for tag in read(page))


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_address_and_text_is_bearable(one: str, two: str) -> None:
    found = rules.safe_url(one, URL)
    assert found is None or found.startswith(("http://", "https://"))
    rules.preview(f'<meta property="og:image" content="{one}"><title>{two}</title><base href="{two}">', URL)
    embeds.may_embed(found or URL, URL)
