"""The graph's decisions, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from torg.graph import rules
from torg.kernel.errors import Invalid

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example.COM", "example.com"),
        (" @example.com. ", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("localhost:3000", "localhost:3000"),
        ("10.0.0.1", "10.0.0.1"),
        ("my_box.example", "my_box.example"),
    ],
)
def test_domains(text: str, name: str) -> None:
    assert rules.domain(text) == name


@pytest.mark.parametrize(
    "text", ["", " ", "a b", "http://a.example/", "a..example", "-a.example", "a/b", "a." + "b" * 64, "é" * 300]
)
def test_what_is_no_domain(text: str) -> None:
    with pytest.raises(Invalid):
        rules.domain(text)


def test_mutes_end() -> None:
    assert rules.mute_end(NOW, 0) is None
    assert rules.mute_end(NOW, -5) is None
    assert rules.mute_end(NOW, 60) == NOW + timedelta(seconds=60)
    longest = rules.mute_end(NOW, 10**15)
    assert longest is not None
    assert longest.year < 2040


def test_languages() -> None:
    assert rules.languages(["sv", "EN", "sv", ""]) == ["sv", "en"]
    with pytest.raises(Invalid):
        rules.languages(["sv", "no such"])
