"""HTML of a single link, in the markup that Mastodon's clients look for (docs: api/guidelines, formatting)."""

from __future__ import annotations

import re
from html import escape

SHOWN = 30  # characters of a URL that stay visible
REL = "nofollow noopener noreferrer"

_PREFIX = re.compile(r"https?://(?:www\.)?|xmpp:", re.IGNORECASE)


def url_link(url: str, *, me: bool = False) -> str:
    """`<a>` around a URL whose scheme and the tail beyond `SHOWN` characters are wrapped as invisible.

    `me` adds rel=me, by which a profile claims a page as its owner's.
    """
    found = _PREFIX.match(url)
    prefix = found.group() if found else ""
    rest = url[len(prefix) :]
    shown, hidden = rest[:SHOWN], rest[SHOWN:]
    return (
        f'<a href="{escape(url)}" target="_blank" rel="{REL}{" me" if me else ""}" translate="no">'
        f'<span class="invisible">{escape(prefix)}</span>'
        f'<span class="{"ellipsis" if hidden else ""}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )


def mention_link(url: str, name: str, sign: str = "@") -> str:
    """A mention (`@`) or a group (`!`), as an h-card."""
    return (
        f'<span class="h-card" translate="no"><a href="{escape(url)}" class="u-url mention">'
        f"{escape(sign)}<span>{escape(name)}</span></a></span>"
    )


def tag_link(url: str, spelling: str) -> str:
    """A hashtag, shown as it was spelt."""
    return f'<a href="{escape(url)}" class="mention hashtag" rel="tag">#<span>{escape(spelling)}</span></a>'
