"""Cuts one line of plain text into text, URLs, mentions, hashtags and groups, in one pass from left to right.

Every pattern here is linear: repetitions are possessive or bounded, and a URL is sought in a window of `MAX_URL`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from typing import Final

import msgspec
from linkify_it import LinkifyIt

from torg.text.normal import is_word

# Mastodon's list of link protocols (docs: spec/activitypub, HTML sanitization).
LINK_SCHEMES: Final = ("http", "https", "dat", "dweb", "ipfs", "ipns", "ssb", "gopher", "xmpp", "magnet", "gemini")
MAX_URL: Final = 2048  # code points; a longer one stays text
MAX_TAG: Final = 255  # code points; a longer one stays text

_HIERARCHICAL: Final = tuple(s for s in LINK_SCHEMES if s not in ("xmpp", "magnet"))
_HANDLE: Final = r"[a-z0-9_]++(?!\w)(?:[.-]++[a-z0-9_]++(?!\w))*+"
_HOST: Final = r"\w++(?:[.-]++\w++)*+(?::\d{2,5}(?!\w))?"

# What may begin something. The character before decides as in twitter-text: no URL inside a word, no mention in an
# e-mail address or a path, no hashtag in an HTML entity, a query string or a path.
_STARTS: Final = re.compile(
    rf"(?<![a-z0-9_@#$＠＃])(?P<url>(?:{'|'.join(_HIERARCHICAL)})(?=://)|xmpp(?=:[^\s@]{{1,200}}@)|magnet(?=:\?xt=)):"
    rf"|(?<![\w/=])@(?P<mention>(?P<handle>{_HANDLE})(?:@(?P<host>{_HOST}))?)"
    rf"|(?P<tag>[#＃])"
    rf"|(?<![\w!/=])!(?P<group>[a-z0-9_]++)(?![\w!])",
    re.IGNORECASE,
)
# `re.IGNORECASE` lets [a-z] match ſ and K (the Kelvin sign); handles are ASCII.
_SPACE: Final = re.compile(r"\s")
_TAG_JOINS: Final = frozenset("·・\u200c\u200d")
_BEFORE_NO_TAG: Final = frozenset("=/)&")
_XMPP: Final = re.compile(r"[^\s@/<>\"']{1,200}@[a-z0-9][a-z0-9.-]{0,252}(?:/[^\s<>\"']{0,200})?", re.IGNORECASE)
_MAGNET: Final = re.compile(r"\?xt=urn:[a-z0-9]{1,20}:[a-z0-9]{1,128}(?:&[^\s<>\"']{0,3000})?", re.IGNORECASE)


class Kind(Enum):
    """What a token is; everything but TEXT may become a link."""

    TEXT = "text"
    URL = "url"
    MENTION = "mention"
    TAG = "tag"
    GROUP = "group"


class Token(msgspec.Struct, frozen=True):
    """A run of characters. `value`: the URL, `handle` or `handle@host` in lower case, the tag as spelt, the group."""

    kind: Kind
    text: str
    value: str = ""


def _linkifier() -> LinkifyIt:
    """linkify-it knows where a URL ends (brackets, quotes, full stops); we find where one begins."""
    schemas: dict[str, object] = {f"{scheme}:": "http:" for scheme in _HIERARCHICAL if scheme != "http"}
    # Off: protocol-relative links and mail addresses (which would be a list of targets for spam).
    schemas |= {"//": None, "mailto:": None, "ftp:": None}
    return LinkifyIt(schemas, {"fuzzy_link": False, "fuzzy_email": False})


_LINKIFY: Final = _linkifier()


def _url(line: str, scheme: str, start: int, after_colon: int) -> Token | None:
    """The URL at `start`, whose scheme's colon is just before `after_colon`; None when it is none.

    One that is too long is text up to the next space: what is inside it is not looked at again and again.
    """
    window = line[after_colon : after_colon + MAX_URL]
    if scheme in ("xmpp", "magnet"):
        found = (_XMPP if scheme == "xmpp" else _MAGNET).match(window)
        length = len(found.group().rstrip(".,:;!?)&")) if found else 0
    else:
        length = int(_LINKIFY.test_schema_at(window, f"{scheme}:", 0))
    end = after_colon + length
    if length and end - start <= MAX_URL and length < MAX_URL:
        return Token(Kind.URL, line[start:end], line[start:end])
    if len(window) == MAX_URL and (space := _SPACE.search(line, after_colon)) is not None:
        return Token(Kind.TEXT, line[start : space.start()]) if space.start() - start > MAX_URL else None
    return Token(Kind.TEXT, line[start:]) if len(window) == MAX_URL else None


def _tag_end(line: str, start: int) -> int:
    """Where the hashtag's name that begins at `start` ends; 0 when there is none.

    Letters, digits, marks and underscores of any script; a middle dot or joiner only between them; not digits alone.
    """
    end, length = start, len(line)
    if start >= length or not (line[start] == "_" or line[start].isalnum()):
        return 0
    while end < length and (line[end] in _TAG_JOINS or is_word(line[end])):
        end += 1
    full = end
    while line[end - 1] in _TAG_JOINS:
        end -= 1
    name = line[start:end]
    if end - start > MAX_TAG or (full < length and line[full : full + 3] == "://"):
        return 0
    told = any(c.isalpha() for c in name) or (any(c.isalnum() for c in name) and any(not c.isalnum() for c in name))
    digits_and_marks = all(c.isdigit() or unicodedata.category(c)[0] == "M" for c in name)
    return end if told and not digits_and_marks else 0


def is_text(source: str) -> bool:
    """Whether there is nothing in it that may begin anything else: as in most posts."""
    return not (":" in source or "@" in source or "#" in source or "!" in source or "＃" in source)


def tokens(line: str) -> Iterator[Token]:
    """The tokens of one line (no line feed in it). Their `text` put together is the line again."""
    if is_text(line):
        if line:
            yield Token(Kind.TEXT, line)
        return
    done = at = 0
    while (found := _STARTS.search(line, at)) is not None:
        start, at = found.start(), found.end()
        token = _token(line, found)
        if token is None:
            continue
        if start > done:
            yield Token(Kind.TEXT, line[done:start])
        yield token
        done = at = start + len(token.text)
    if done < len(line):
        yield Token(Kind.TEXT, line[done:])


def _token(line: str, found: re.Match[str]) -> Token | None:
    """The token that begins where `_STARTS` matched, if it is one after all."""
    start = found.start()
    if scheme := found["url"]:
        return _url(line, scheme.lower(), start, found.end()) if scheme.isascii() else None
    if handle := found["handle"]:
        if not handle.isascii():
            return None
        return Token(Kind.MENTION, found.group(), found["mention"].lower())
    if found["tag"]:
        before = line[start - 1] if start else " "
        end = 0 if before in _BEFORE_NO_TAG or is_word(before) else _tag_end(line, start + 1)
        return Token(Kind.TAG, line[start:end], line[start + 1 : end]) if end else None
    group = found["group"]
    return Token(Kind.GROUP, found.group(), group.lower()) if group.isascii() else None
