"""What a person says about himself or herself: display name, bio and the table of fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from torg.text.normal import normal
from torg.text.render import MentionTarget, Rendered, Writer, render

MAX_MARKS: Final = 4  # combining marks on one letter; Vietnamese and Hebrew need three

# Characters that turn the text after them, and could make a name swallow what stands beside it.
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Kept of the invisible ones: joiners (Persian, emoji) and marks of direction (mixed Hebrew and Latin).
_KEPT_FORMATS: Final = frozenset("\u200c\u200d\u200e\u200f\u061c")
# Letters and symbols that show nothing: Hangul fillers, Braille blank.
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_SPACES: Final = re.compile(r"\s+")


def display_name(source: str) -> str:
    """A name that cannot disturb the page: one line, no controls, no overriding of direction, no towers of marks.

    Returns "" when nothing visible is left; callers then show the handle. Does not shorten.
    """
    kept: list[str] = []
    marks = 0
    for char in _SPACES.sub(" ", normal(source)):
        if char in _BIDI or char in _BLANK:
            continue
        category = unicodedata.category(char)
        # U+E0020–E007F spell the flags of Scotland, Wales and England.
        if category == "Cf" and char not in _KEPT_FORMATS and not 0xE0020 <= ord(char) <= 0xE007F:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    name = "".join(kept).strip()
    return name if any(_visible(char) for char in name) else ""


def _visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char)[0] not in "CM"


def render_bio(source: str, *, mentions: Mapping[str, MentionTarget], origin: str) -> Rendered:
    """A bio is rendered as a post is."""
    return render(source, mentions=mentions, origin=origin)


def render_field(value: str, *, mentions: Mapping[str, MentionTarget], origin: str) -> str:
    """HTML of a field's value: one line without `<p>`, links with rel=me (Mastodon's Field entity)."""
    return Writer(mentions=mentions, origin=origin, me=True).line(_SPACES.sub(" ", normal(value)).strip())
