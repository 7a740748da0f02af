"""What a person types into the search box → words and conditions (FEATURES T6; docs: user/network, search).

Any text is a search: what is not understood as an operator is searched for as a word.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

import msgspec

from torg.text.language import normal_language
from torg.text.normal import normal
from torg.text.tags import tag_name

MAX_QUERY: Final = 500  # characters that are read
MAX_PARTS: Final = 40  # words, phrases and operators that are kept

HAS: Final = frozenset({"media", "image", "video", "audio", "poll", "link", "embed"})
IS: Final = frozenset({"reply", "sensitive"})
IN: Final = frozenset({"all", "library", "public"})

_PART: Final = re.compile(
    r'(?P<sign>[+-]?)(?:"(?P<phrase>[^"]*+)(?:"|$)|(?P<operator>[a-z]++):"(?P<quoted>[^"]*+)(?:"|$)|(?P<word>[^\s"]++))',
    re.IGNORECASE,
)
_HANDLE: Final = re.compile(r"@?([a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+(?:@[\w.:-]{1,255})?)", re.IGNORECASE)


class SearchQuery(msgspec.Struct, frozen=True):
    """A search. Lists keep the order typed, each value once; `not_…` are those with a minus in front.

    `terms`, `phrases`: must all occur. `excluded`, `excluded_phrases`: must not. `from_`, `to`: handles in lower
    case (`name`, `name@host` or `me`). `since` is inclusive, `until` exclusive, both days in the searcher's zone.
    `has`: of HAS. `is_`: of IS. `languages`: of `text.language`. `tags`: normalised names. `in_`: of IN.
    """

    terms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    excluded_phrases: tuple[str, ...] = ()
    from_: tuple[str, ...] = ()
    not_from: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    not_to: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    has: tuple[str, ...] = ()
    not_has: tuple[str, ...] = ()
    is_: tuple[str, ...] = ()
    not_is: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    not_languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    in_: str = "all"

    @property
    def empty(self) -> bool:
        """Whether nothing was asked for."""
        return self == SearchQuery(in_=self.in_)

    @property
    def has_text(self) -> bool:
        """Whether full-text search is needed at all."""
        return bool(self.terms or self.phrases or self.excluded or self.excluded_phrases)


def parse(text: str) -> SearchQuery:
    """Read `text`; never raises. Reads `MAX_QUERY` characters and `MAX_PARTS` parts of it."""
    reader = _Reader()
    for count, found in enumerate(_PART.finditer(normal(text)[:MAX_QUERY])):
        if count == MAX_PARTS:
            break
        reader.read(found)
    return reader.done()


def to_tsquery_parts(query: SearchQuery) -> tuple[str, ...]:
    """Strings for PostgreSQL's websearch_to_tsquery, one for each word or phrase; join them with a space.

    Each is quoted, so that `or` is a word; quotes and backslashes inside become spaces. Always passed as a
    parameter: they are plain text, not SQL.
    """
    wanted = [_quoted(value) for value in query.terms + query.phrases]
    unwanted = [_quoted(value) for value in query.excluded + query.excluded_phrases]
    return tuple([w for w in wanted if w] + [f"-{w}" for w in unwanted if w])


def _quoted(value: str) -> str:
    words = " ".join(re.sub(r'["\\]', " ", value).split())
    return f'"{words}"' if any(c.isalnum() for c in words) else ""


class _Reader:
    """Gathers the parts of one search."""

    def __init__(self) -> None:
        self._lists: dict[str, dict[str, None]] = {}
        self._since: date | None = None
        self._until: date | None = None
        self._in = "all"

    def read(self, found: re.Match[str]) -> None:
        negative = found["sign"] == "-"
        if (phrase := found["phrase"]) is not None:
            self._text(phrase, negative, phrase=True)
        elif (operator := found["operator"]) is not None:
            if not self._operator(operator.lower(), found["quoted"].strip(), negative):
                self._text(f"{operator} {found['quoted']}", negative, phrase=True)
        else:
            self._word(found["word"], negative)

    def done(self) -> SearchQuery:
        fields = {name: tuple(values) for name, values in self._lists.items()}
        return msgspec.structs.replace(SearchQuery(), **fields, since=self._since, until=self._until, in_=self._in)

    def _add(self, name: str, value: str) -> bool:
        self._lists.setdefault(name, {})[value] = None
        return True

    def _text(self, value: str, negative: bool, *, phrase: bool = False) -> None:
        words = " ".join(value.split())
        if not any(c.isalnum() for c in words):
            return  # punctuation alone matches nothing in a text index
        kind = "phrases" if phrase and " " in words else "terms"
        self._add({"phrases": "excluded_phrases", "terms": "excluded"}[kind] if negative else kind, words)

    def _word(self, word: str, negative: bool) -> None:
        operator, colon, value = word.partition(":")
        if colon and self._operator(operator.lower(), value, negative):
            return
        if word[0] in "#＃" and (name := tag_name(word[1:])) and not name.isdigit():
            self._add("not_tags" if negative else "tags", name)
            return
        self._text(word, negative)

    def _operator(self, operator: str, value: str, negative: bool) -> bool:
        """Whether it was an operator with a value that makes sense, and is now kept."""
        match operator:
            case "from" | "to":
                handle = _HANDLE.fullmatch(value)
                name = "from_" if operator == "from" and not negative else f"not_{operator}" if negative else "to"
                return handle is not None and handle[1].isascii() and self._add(name, handle[1].lower())
            case "has" | "is":
                allowed = HAS if operator == "has" else IS
                name = f"not_{operator}" if negative else {"has": "has", "is": "is_"}[operator]
                return value.lower() in allowed and self._add(name, value.lower())
            case "language":
                code = normal_language(value)
                return code is not None and self._add("not_languages" if negative else "languages", code)
            case "in" if value.lower() in IN and not negative:
                self._in = value.lower()
                return True
            case "since" | "until" | "before" | "after" | "during" if not negative:
                return self._days(operator, value)
            case _:
                return False

    def _days(self, operator: str, value: str) -> bool:
        """Narrow the days: `since` and `during` include theirs; `until`, `before` and `after` do not."""
        try:
            day = date.fromisoformat(value)
            next_day = day + timedelta(days=1)
        except (ValueError, OverflowError):
            return False  # no date: searched for as a word
        if operator in ("since", "during", "after"):
            first = next_day if operator == "after" else day
            self._since = max(self._since or first, first)
        if operator in ("until", "before", "during"):
            end = next_day if operator == "during" else day
            self._until = min(self._until or end, end)
        return True
