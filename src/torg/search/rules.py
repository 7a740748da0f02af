"""How text becomes words to search by: the same for what is kept and for what is asked. Pure, no I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import msgspec

from torg.kernel.errors import invalid
from torg.text.normal import is_word, normal
from torg.text.query import MAX_QUERY, SearchQuery, parse

MOST_CHARACTERS: Final = 100_000
# Written without spaces between words: each character is a word, and what is searched for a phrase of them.
_UNSPACED: Final = re.compile(
    "([\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
STEMMED: Final = {"sv": "swedish", "en": "english"}


class Words(msgspec.Struct, frozen=True):
    """A text as PostgreSQL is to index it: as written, and whether once more by the stems of a language."""

    plain: str
    swedish: bool = False
    english: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """What must occur and what must not. Terms are also looked for by their stems, phrases as they are written."""

    terms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    excluded_phrases: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.terms or self.phrases or self.excluded or self.excluded_phrases)


def fold(text: str) -> str:
    """NFKC, lower case, words with single spaces between: independent of the database's locale and parser.

    An address or "3,238" becomes several words, in a search as in a post, so that either finds the other.
    """
    spelled = unicodedata.normalize("NFKC", normal(text[:MOST_CHARACTERS])).lower()
    try:
        return b" ".join(spelled.encode("latin-1").translate(_SPACED_LATIN).split()).decode("latin-1")
    except UnicodeEncodeError:
        return " ".join(spelled.translate(_SPACED).split())


class _Spaced(dict[int, str]):
    """Code point → what stands for it between words and in them; each is looked at once."""

    def __missing__(self, at: int) -> str:
        char = chr(at)
        if not is_word(char) or char == "_":
            char = " "
        elif _UNSPACED.match(char):
            char = f" {char} "
        self[at] = char
        return char


_SPACED: Final = _Spaced()
# Most texts are of these characters alone, each of which stays one: a quarter of the time
_SPACED_LATIN: Final = "".join(_SPACED[at] for at in range(256)).encode("latin-1")


def words(parts: Sequence[str | None], language: str | None) -> Words:
    """The words of a post's parts. Of unknown language: both stems, since guessing wrong would hide it."""
    plain = fold("\n".join(part for part in parts if part))
    code = (language or "").partition("-")[0]
    known = STEMMED.get(code)
    unknown = not code
    return Words(
        plain=plain,
        swedish=unknown or known == "swedish",
        english=unknown or known == "english",
    )


def wanted(query: SearchQuery) -> Wanted:
    """The words of a search; parts of punctuation alone are left out."""
    return Wanted(
        terms=_folded(query.terms),
        phrases=_folded(query.phrases),
        excluded=_folded(query.excluded),
        excluded_phrases=_folded(query.excluded_phrases),
    )


def _folded(parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in parts if (word := fold(part))))


def like(text: str) -> str:
    """A text inside a LIKE pattern, standing for itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def asks(text: str) -> bool:
    """Whether a text asks for anything at all."""
    query = parse(text)
    return not query.empty and (not query.has_text or not wanted(query).empty)


def search(text: str) -> str:
    """A search that is to be kept, trimmed. Invalid (422) for one that is empty, asks for nothing or is too long."""
    text = " ".join(text.split())
    if not text:
        raise invalid("query", "ERR_BLANK", "can't be blank")
    if len(text) > MAX_QUERY:
        raise invalid("query", "ERR_TOO_LONG", f"is too long (maximum is {MAX_QUERY} characters)")
    if not asks(text):
        raise invalid("query", "ERR_INVALID", "asks for nothing")
    return text
