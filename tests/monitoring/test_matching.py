"""Expressions: what they find, and that none takes longer than its text is long."""

from __future__ import annotations

import pytest

from torg.monitoring.matching import MOST_TEXT, BadExpression, compiled, first, matches


def found(kind: str, expression: str, text: str) -> list[str]:
    return [match.text for match in matches(kind, expression, text)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("älg", "En ÄLG, tre älgar, älg.", ["ÄLG", "älg"]),
        ("älg", "En a\u0308lg", ["älg"]),
        ("projekt falk\nörn", "Projekt\n  Falk och örnen; Örn", ["Projekt\n  Falk", "Örn"]),
        ("a.b", "axb a.b", ["a.b"]),
        ("c++", "c++ och c+++", ["c++", "c++"]),
        ("foo", "foo foo foo", ["foo", "foo", "foo"]),
        ("東京", "東京 東京都", ["東京"]),
        ("x", "", []),
    ],
)
def test_whole_words_are_found(words: str, text: str, expected: list[str]) -> None:
    assert found("words", words, text) == expected


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        (r"\d{6}-\d{4}", "pnr 811228-9874 och 1", ["811228-9874"]),
        (r"hemlig\w*", "HEMLIGT hemligheten", ["HEMLIGT", "hemligheten"]),
        (r"(?-i:SEK)\s?\d+", "sek 5 SEK 7", ["SEK 7"]),
        (r"a|b", "ab", ["a", "b"]),
        (r"^x$", "y\nx", []),
        (r"(?m:^x$)", "y\nx", ["x"]),
    ],
)
def test_expressions_are_re2(expression: str, text: str, expected: list[str]) -> None:
    assert found("expression", expression, text) == expected


@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("expression", "("),
        ("expression", r"(?<=a)b"),
        ("expression", r"(a)\1"),
        ("expression", "a*"),
        ("expression", ".{0,9}|x"),
        ("expression", "((a{1,100}){1,100}){1,100}"),
        ("expression", r"(\pL{500}){1,2}\pL{900}"),
        ("expression", "\ud800"),
        ("words", " \n\t"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, expression: str) -> None:
    with pytest.raises(BadExpression):
        compiled(kind, expression)


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|aa)+$", "(.*a){20}$", r"(\w+\s?)+!"])
def test_what_makes_others_backtrack_for_ever_ends(expression: str) -> None:
    """Python's own engine would not come back from the first three in a lifetime."""
    assert first("expression", expression, "a" * (MOST_TEXT - 1) + "?") is None


def test_the_excerpt_has_what_stands_around() -> None:
    text = "ö" * 300 + " falk " + "ä" * 300
    what, excerpt = first("words", "falk", text) or ("", "")
    assert what == "falk"
    assert excerpt == "…" + "ö" * 79 + " falk " + "ä" * 79 + "…"
    long, excerpt = first("expression", "x+", "x" * 5000) or ("", "")
    assert (len(long), len(excerpt) < 500) == (200, True)
