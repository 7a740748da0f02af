"""A text's length as Mastodon counts it, so that clients and server agree on what fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from torg.kernel.later import Later
from torg.text.normal import normal
from torg.text.tokens import Kind, is_text, tokens

if TYPE_CHECKING:
    import wcwidth
else:
    wcwidth = Later("wcwidth")

URL_LENGTH: Final = 23  # Instance: configuration.statuses.characters_reserved_per_url


def length(source: str, spoiler: str = "") -> int:
    """Characters of `source` and `spoiler` together.

    A URL counts `URL_LENGTH` whatever its size; of `@user@host` only `@user` counts (docs: user/posting).
    A character is a grapheme cluster (UAX #29) as in Mastodon's own validator and compose form:
    a family emoji, a flag or a decomposed å is 1. A line end is 1, however it was sent.
    """
    return graphemes(normal(spoiler)) + _countable(normal(source))


def graphemes(text: str) -> int:
    """Grapheme clusters in `text`; for names, bios and descriptions, where links are not shortened."""
    return len(text) if text.isascii() else sum(1 for _ in wcwidth.iter_graphemes(text))


def _countable(source: str) -> int:
    if source.isascii() and is_text(source):
        return len(source)
    lines = source.split("\n")
    total = len(lines) - 1
    for line in lines:
        text: list[str] = []
        for token in tokens(line):
            if token.kind is Kind.URL:
                text.append("x" * URL_LENGTH)
            elif token.kind is Kind.MENTION:
                text.append(f"@{token.value.partition('@')[0]}")
            else:
                text.append(token.text)
        total += graphemes("".join(text))
    return total
