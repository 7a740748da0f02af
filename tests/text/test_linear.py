"""Work grows with the text, not with its square, whatever an attacker repeats."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from torg.text import clean as cleaning
from torg.text import tokens
from torg.text.clean import clean, to_plain
from torg.text.emoji import shortcodes
from torg.text.profile import display_name
from torg.text.render import render

SEEDS = ["http://", "http://a/", "http://a/(", "http://a/'", "@a.", "@a@a.", "@", "#", "#a·", "!", "xmpp:a", "(",
         "\n \n", "magnet:?xt=urn:a:b&", ":a", "&", "<", "<a", "#e\u0301", "word "]  # fmt: skip


def calls(action: Callable[[], object]) -> int:
    """Calls of functions, ours and built in, that `action` makes; a measure that no busy machine disturbs."""
    count = 0

    def seen(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("action", [lambda s: render(s, mentions={}, origin="https://t.se"), display_name, shortcodes])
def test_four_times_the_text_is_four_times_the_work(seed: str, action: Callable[[str], object]) -> None:
    short, long = ((seed * size)[:size] for size in (2500, 10_000))
    action(short)
    assert calls(lambda: action(long)) <= 5 * calls(lambda: action(short)) + 200


@pytest.mark.parametrize("seed", SEEDS)
def test_linkify_sees_a_bounded_window_and_no_url_twice(seed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0
    real = tokens._LINKIFY.test_schema_at

    def counted(window: str, scheme: str, at: int) -> int:
        nonlocal taken
        assert len(window) <= tokens.MAX_URL
        length: int = real(window, scheme, at)
        taken += length
        return length

    monkeypatch.setattr(tokens._LINKIFY, "test_schema_at", counted)
    line = ("https://a.se/" + seed * 10_000).replace("\n", " ")[:10_000]
    assert "".join(token.text for token in tokens.tokens(line)) == line
    assert taken <= len(line)


@pytest.mark.parametrize(
    "seed", ["<ul><li>", "<blockquote>", "<div>", "<ul></x>", "<ul><object></ul>", "<rt>", "<li><dd>", "<b><ul></b>"]
)
def test_deep_html_never_reaches_the_parser(seed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def clean(self, html: str) -> str:
            raise AssertionError(f"parsed {len(html)} characters")

    monkeypatch.setattr(cleaning, "_cleaner", Refusing)
    assert clean(seed * 5000 + "text") == "<p>text</p>"


def test_flat_html_is_parsed_however_long() -> None:
    source = "<p>a</p><ul><li>b<li><b>c</b></ul>" * 2000
    assert clean(source).count("<li>") == 4000
    assert to_plain("<p>" + "x" * cleaning.MAX_HTML) == "x" * (cleaning.MAX_HTML - 3)
