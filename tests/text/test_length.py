"""Lengths as Mastodon's compose form shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torg.text.length import graphemes, length


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", 0), ("hej", 3), ("åäö", 3), ("a\u030a", 1), ("👩‍👩‍👧", 1), ("🇸🇪", 1), ("👍🏽", 1), ("a\r\nb", 3),
        ("https://example.com/" + "x" * 400, 23), ("se https://a.se.", 27), ("@anna@far.example hej", 9),
        ("@anna hej", 9), ("#tag", 4), ("anna@far.example", 16), ("javascript:x", 12), ("a\n\nb", 4),
    ],
)  # fmt: skip
def test_characters_as_the_reader_sees_them(source: str, expected: int) -> None:
    assert length(source, "") == expected


def test_the_spoiler_counts_whole() -> None:
    assert length("hej", "https://a.se") == 3 + 12


@given(st.text(), st.text())
def test_no_text_is_longer_than_its_code_points_unless_urls_are_short(source: str, spoiler: str) -> None:
    assert 0 <= length(source.replace(":", ""), spoiler) <= len(source) + len(spoiler)
    assert graphemes(source) <= len(source)
