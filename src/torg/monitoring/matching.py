"""Expressions that take no longer than the text is long: RE2, which cannot backtrack (docs/decisions/0005)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from torg.kernel.later import Later
from torg.monitoring.model import Kind, Match

re2: Any = Later("re2")

MOST_EXPRESSION = 1000
MOST_PROGRAM = 1 << 18
"""Bytes that a compiled expression may take; with the length of a text this bounds the time of a search."""
MOST_TEXT = 100_000
MOST_FOUND = 200
AROUND = 80
EDGE = r"[^\pL\pN\pM_]"


class BadExpression(ValueError):
    """RE2 does not know it, or it is too large; the text says which."""


@lru_cache(maxsize=2048)
def compiled(kind: Kind, expression: str) -> Any:
    """A searcher; group 1 is what is found. BadExpression for one that cannot be, or that finds nothing at all."""
    text = unicodedata.normalize("NFC", expression)
    if kind == "words":
        words = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
        if not words:
            raise BadExpression("has no words")
        each = "|".join(r"\s+".join(re2.escape(part) for part in word.split(" ")) for word in words)
        text = f"(?:^|{EDGE})({each})(?:$|{EDGE})"
    else:
        text = f"({text})"
    options = re2.Options()
    options.max_mem = MOST_PROGRAM
    options.log_errors = False
    options.case_sensitive = False
    try:
        made = re2.compile(text, options)
    except (re2.error, UnicodeError) as error:
        said = error.args[0] if error.args else "unknown"
        raise BadExpression(f"is no RE2 expression: {said.decode() if isinstance(said, bytes) else said}") from error
    if made.search("") is not None:
        raise BadExpression("finds the empty text, and so everything")
    return made


def matches(kind: Kind, expression: str, text: str) -> Iterator[Match]:
    """What is found in a text, from left to right; empty pieces are left out."""
    searcher = compiled(kind, expression)
    text = unicodedata.normalize("NFC", text)[:MOST_TEXT]
    start = 0
    while start <= len(text) and (found := searcher.search(text, start)) is not None:
        begin, end = found.span(1)
        if begin < end:
            yield Match(text[begin:end], begin, end)
        start = max(end, start + 1) if end > start else start + 1


def first(kind: Kind, expression: str, text: str) -> tuple[str, str] | None:
    """(what was found first, with some text around it), None if nothing."""
    match = next(matches(kind, expression, text), None)
    if match is None:
        return None
    text = unicodedata.normalize("NFC", text)[:MOST_TEXT]
    begin, end = max(0, match.start - AROUND), min(len(text), match.end + AROUND)
    excerpt = ("…" if begin else "") + text[begin:end][: MOST_FOUND + 2 * AROUND] + ("…" if end < len(text) else "")
    return match.text[:MOST_FOUND], excerpt
