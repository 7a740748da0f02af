"""Writing XML: the standard library's writer, given nothing that XML cannot hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.etree import ElementTree

from torg.kernel.clock import iso

Element = ElementTree.Element

ATOM = "http://www.w3.org/2005/Atom"
THREADS = "http://purl.org/syndication/thread/1.0"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DUBLIN = "http://purl.org/dc/elements/1.1/"

# XML 1.0 §2.2: these are no characters there, not even escaped.
_NO_CHARACTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NO_CHARACTERS.sub("", text)


def root(name: str, attributes: Mapping[str, str]) -> Element:
    return ElementTree.Element(name, dict(attributes))


def add(parent: Element, name: str, text: str | None = None, **attributes: str | None) -> Element:
    """An element below another. Attributes that are None are left out; `_` at the end of a name is dropped."""
    given = {key.rstrip("_").replace("__", ":"): clean(value) for key, value in attributes.items() if value is not None}
    made = ElementTree.SubElement(parent, name, given)
    if text is not None:
        made.text = clean(text)
    return made


def written(top: Element) -> bytes:
    """The document in UTF-8, with its declaration."""
    body: bytes = ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def moment(when: datetime) -> str:
    """RFC 3339, as Atom wants it."""
    return iso(when.astimezone(UTC))
