"""Decisions about filters: whether words match a text; pure, and linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from torg.filters.model import Filter, Match
from torg.kernel.errors import Invalid

CONTEXTS = ("home", "notifications", "public", "thread", "account")
LONGEST_TITLE = 256
LONGEST_KEYWORD = 512
MOST_FILTERS = 400
MOST_KEYWORDS = 500
MOST_KEYWORDS_IN_ALL = 2_000


def check(title: str, context: Sequence[str]) -> None:
    """Mastodon's validation of a filter."""
    problems: dict[str, list[tuple[str, str]]] = {}
    if not title.strip():
        problems["title"] = [("ERR_BLANK", "can't be blank")]
    elif len(title) > LONGEST_TITLE:
        problems["title"] = [("ERR_TOO_LONG", f"is too long (maximum is {LONGEST_TITLE} characters)")]
    if not context:
        problems["context"] = [("ERR_BLANK", "can't be blank")]
    if not context or any(place not in CONTEXTS for place in context):
        problems.setdefault("context", []).append(("ERR_INVALID", "None or invalid context supplied"))
    if problems:
        raise Invalid(details=problems)


def check_keyword(keyword: str, name: str = "keyword") -> str:
    """A word or phrase of 1 to 512 characters."""
    word = keyword.strip()
    if not word:
        raise Invalid(details={name: [("ERR_BLANK", "can't be blank")]})
    if len(word) > LONGEST_KEYWORD:
        raise Invalid(details={name: [("ERR_TOO_LONG", f"is too long (maximum is {LONGEST_KEYWORD} characters)")]})
    return word


@lru_cache(maxsize=4096)
def pattern(words: tuple[tuple[str, bool], ...]) -> re.Pattern[str]:
    """One expression for all words of a filter. A word boundary counts only where the word has a letter there."""
    parts = []
    for word, whole in sorted(words, key=lambda pair: -len(pair[0])):
        escaped = r"\s+".join(re.escape(piece) for piece in word.split())
        before = r"(?<!\w)" if whole and (word[0].isalnum() or word[0] == "_") else ""
        after = r"(?!\w)" if whole and (word[-1].isalnum() or word[-1] == "_") else ""
        parts.append(f"{before}{escaped}{after}")
    return re.compile("|".join(parts), re.IGNORECASE)


def _folded(text: str) -> str:
    return " ".join(text.split()).lower()


def matches(filters: Iterable[Filter], text: str, post_ids: Sequence[int]) -> list[Match]:
    """The filters that apply to a text or to one of the ids of a post (its own, the boosted one's)."""
    found, folded = [], _folded(text)
    for one in filters:
        words: list[str] = []
        # A plain search first: hundreds of long words as one expression would take seconds on a hostile text
        present = tuple((k.keyword, k.whole_word) for k in one.keywords if _folded(k.keyword) in folded)
        if present:
            expression = pattern(present)
            words = list(dict.fromkeys(hit.group(0) for hit in expression.finditer(text)))[:20]
        named = [p.post_id for p in one.posts if p.post_id in post_ids]
        if words or named:
            found.append(Match(filter=one, words=words, post_ids=named))
    return found
