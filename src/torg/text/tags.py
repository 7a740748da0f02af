"""Hashtag names: one spelling for the database, another for the eye."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from torg.text.normal import is_word

_JOINS = frozenset("·・\u200c\u200d")


def tag_name(spelling: str) -> str:
    """The name by which a tag is stored and looked up: NFKC, lower case, only what a hashtag may contain.

    `#` in front is dropped. å and a stay two letters (Mastodon folds them; in Swedish they differ).
    Returns "" when nothing is left. Applying it twice changes nothing.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", spelling).lower())
    kept = "".join(c for c in folded if c in _JOINS or is_word(c))
    return unicodedata.normalize("NFKC", kept)


def tag_url(origin: str, name: str) -> str:
    """The public page of a tag: the `href` in a post and `url` in the API's Tag entity must be the same."""
    return f"{origin}/tags/{quote(name, safe='')}"
