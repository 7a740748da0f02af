"""Makes any string safe to store and to show: line ends as LF, no control characters, no lone surrogates."""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|\x85|\u2028|\u2029")
# C0 and C1 without tab and line feed; PostgreSQL refuses NUL, HTML forbids the rest. Non-characters go with them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def normal(source: str) -> str:
    """`source` with CR, CR LF, NEL and Unicode's separators as LF, controls removed and lone surrogates as U+FFFD.

    Everything else stays as it was typed; spelling forms (NFC, NFD) are not touched.
    """
    if source.isprintable():  # none of those characters is; most lines are
        return source
    text = _LINE_ENDS.sub("\n", source)
    text = _CONTROLS.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


def is_word(char: str) -> bool:
    """Whether `char` belongs to a word: a letter, digit, underscore or combining mark of any script.

    Python's own `\\w` leaves out marks, and would cut a decomposed å in two.
    """
    return char == "_" or char.isalnum() or unicodedata.category(char)[0] == "M"
