"""Names that behave, fields that claim their pages."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torg.text.profile import display_name, render_bio, render_field
from torg.text.render import MentionTarget

SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
ANNA = {"anna": MentionTarget(url="https://t.se/@anna", acct="anna")}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("  Åsa \n Öberg ", "Åsa Öberg"),
        ("\u202egnirts\u202c", "gnirts"),
        ("a\u2066b\u2069\u200bc\ufeff", "abc"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
        ("👩‍👩‍👧 Familjen :blob:", "👩‍👩‍👧 Familjen :blob:"),
        ("\u3164\u2800\u200b", ""),
        ("\u0301\u0302", ""),
        ("z" + "\u0301" * 50 + "a", "z" + "\u0301" * 4 + "a"),
        ("a\x00\x07b", "ab"),
        ("<b>&", "<b>&"),
        (SCOTLAND, SCOTLAND),
    ],
)  # fmt: skip
def test_display_names(source: str, expected: str) -> None:
    assert display_name(source) == expected


@given(st.text())
def test_a_display_name_is_one_tidy_line(source: str) -> None:
    name = display_name(source)
    assert display_name(name) == name
    assert name == name.strip()
    assert not any(
        unicodedata.category(c) == "Cc" or unicodedata.bidirectional(c) in {"RLO", "LRO", "RLI"} for c in name
    )


def test_fields_link_with_rel_me_on_one_line() -> None:
    html = render_field("https://anna.example\nand @anna <b> #x", mentions=ANNA, origin="https://t.se")
    assert html.startswith('<a href="https://anna.example" target="_blank" rel="nofollow noopener noreferrer me" ')
    assert html.endswith(
        'and <span class="h-card" translate="no"><a href="https://t.se/@anna" class="u-url mention">'
        "@<span>anna</span></a></span> &lt;b&gt; "
        '<a href="https://t.se/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>'
    )


def test_bios_render_as_posts_do() -> None:
    bio = render_bio("Jag är @anna\n\n#fika", mentions=ANNA, origin="https://t.se")
    assert bio.html.startswith("<p>Jag är <span")
    assert bio.mentions == ["anna"]
    assert [tag.name for tag in bio.tags] == ["fika"]
