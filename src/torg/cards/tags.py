"""A reader of the few tags that cards need, linear in the page's length whatever the page contains.

The standard library's HTML parser takes quadratic time on some broken pages, which here are written by strangers; a
card needs no tree, only `html`, `title`, `meta`, `link` and `iframe`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

import msgspec

from torg.text.markup import VALUE_CAP, attributes_at

WANTED = frozenset({"html", "base", "title", "meta", "link", "iframe"})
# Their content is text, whatever it looks like.
RAW = frozenset({"title", "script", "style", "textarea", "noscript", "template", "xmp"})
MOST_TAGS = 20_000

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9:-]{0,40}")
_CLOSE = {name: re.compile(rf"</{name}", re.IGNORECASE) for name in RAW}


class Tag(msgspec.Struct, frozen=True):
    """A start tag: its name and attributes in lower case, values decoded; `text` for a title."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


def read(page: str) -> Iterator[Tag]:
    """The wanted start tags in their order; reading ends at a comment or script that is never closed."""
    at = 0
    for _ in range(MOST_TAGS):
        at = page.find("<", at)
        if at < 0:
            return
        if page.startswith("<!--", at):
            at = page.find("-->", at + 4)
            if at < 0:
                return
            continue
        found = _NAME.match(page, at + 1)
        if found is None:
            at += 1
            continue
        name = found.group().lower()
        attributes, at = attributes_at(page, found.end())
        text = ""
        if name in RAW:
            close = _CLOSE[name].search(page, at)
            if close is None:
                return
            text, at = page[at : min(close.start(), at + VALUE_CAP)], close.start() + 2
        if name in WANTED:
            yield Tag(name, attributes, html.unescape(text))
