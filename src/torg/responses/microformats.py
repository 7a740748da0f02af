"""Microformats2 of a parsed page (microformats.org/wiki/microformats2-parsing), with the classic hentry and hCard.

What responses need of it: items with their properties, nested items, `e-*` as text. Judged in the tests by mf2py,
which is too heavy for foreign pages: its HTML parser needs seconds for a megabyte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import msgspec

from torg.text.markup import Element

MOST_ITEMS = 100
_ROOT = re.compile(r"h-[a-z]+(?:-[a-z]+)*")
_PROPERTY = re.compile(r"(p|u|dt|e)-([a-z]+(?:-[a-z]+)*)")
_CLASSIC_ROOTS = {"hentry": "h-entry", "vcard": "h-card"}
_CLASSIC = {
    "h-entry": {
        "entry-title": "p-name", "entry-content": "e-content", "entry-summary": "p-summary",
        "published": "dt-published", "updated": "dt-updated", "author": "p-author",
    },
    "h-card": {"fn": "p-name", "url": "u-url", "photo": "u-photo", "nickname": "p-nickname"},
}  # fmt: skip
_URLS = {"a": "href", "area": "href", "link": "href", "img": "src", "audio": "src", "video": "src", "source": "src"}
_DATES = {"time": "datetime", "ins": "datetime", "del": "datetime"}


class Item(msgspec.Struct):
    """One microformat. `node` is its element: what it links to is found there."""

    types: list[str]
    node: Element
    properties: dict[str, list[str | Item]]
    children: list[Item]
    prefixes: set[str] = set()
    """Of the properties that are said explicitly (`p`, `u`, `dt`, `e`): they rule out implied ones."""

    def first(self, name: str) -> str:
        """The first value as text: of an item its name, else its address; empty if there is none."""
        for value in self.properties.get(name, ()):
            text = value if isinstance(value, str) else value.first("name") or value.first("url")
            if text:
                return text
        return ""

    def urls(self, name: str) -> list[str]:
        """All values of a property that are addresses, of nested items theirs."""
        found: list[str] = []
        for value in self.properties.get(name, ()):
            inner = [value] if isinstance(value, str) else [v for v in value.properties.get("url", ()) if v]
            found += [one for one in inner if isinstance(one, str)]
        return found

    def card(self, name: str) -> Item | None:
        """The first value that is an item."""
        return next((value for value in self.properties.get(name, ()) if isinstance(value, Item)), None)


def items(tree: Element, base: str) -> list[Item]:
    """The items of a page, outermost first in document order."""
    reader = _Reader(base)
    top = Item([], tree, {}, [], set())
    reader.into(tree, top, classic=None)
    return top.children


def flat(found: list[Item]) -> Iterator[Item]:
    """Items and the children of those that hold others, feeds say."""
    for item in found:
        yield item
        yield from flat(item.children)


class _Reader:
    def __init__(self, base: str) -> None:
        self.base = base
        self.count = 0

    def into(self, node: Element, item: Item, *, classic: str | None) -> None:
        """Read what is below a node into an item."""
        for child in node.elements():
            if child.name == "template":
                continue
            types, names, old = _classes(child, classic)
            if not types or self.count >= MOST_ITEMS:
                for kind, name in names:
                    item.prefixes.add(kind)
                    if value := self._value(child, kind):
                        item.properties.setdefault(name, []).append(value)
                self.into(child, item, classic=classic)
                continue
            self.count += 1
            made = Item(types, child, {}, [], set())
            self.into(child, made, classic=types[0] if old else None)
            self._imply(made)
            for kind, name in names:
                item.prefixes.add(kind)
                item.properties.setdefault(name, []).append(made)
            if not names:
                item.children.append(made)

    def _value(self, node: Element, kind: str) -> str:
        get = node.attributes.get
        if kind == "u":
            address = get(_URLS.get(node.name, ""), get("data") if node.name == "object" else None)
            if address is None and node.name == "video":
                address = get("poster")
            if address is not None:
                return urljoin_safe(self.base, address)
        if kind == "dt" and node.name in _DATES and get(_DATES[node.name]):
            return get(_DATES[node.name], "").strip()
        if kind in ("u", "dt", "p"):
            if (pattern := _value_class(node)) is not None:
                return urljoin_safe(self.base, pattern) if kind == "u" else pattern
            if node.name in ("abbr", "link") and get("title") is not None:
                return get("title", "").strip()
            if node.name in ("data", "input") and get("value") is not None:
                value = get("value", "").strip()
                return urljoin_safe(self.base, value) if kind == "u" else value
            if kind == "p" and node.name in ("img", "area") and get("alt") is not None:
                return get("alt", "").strip()
        text = node.text().strip()
        return urljoin_safe(self.base, text) if kind == "u" else text

    def _imply(self, item: Item) -> None:
        """Name and address of an item that says neither explicitly; of a name only where nothing else is said."""
        node, given = item.node, item.properties
        nested = item.children or any(isinstance(one, Item) for values in given.values() for one in values)
        if "name" not in given and not item.prefixes & {"p", "e"} and not nested:
            name = node.attributes.get("alt") or node.attributes.get("title", "")
            if node.name not in ("img", "area", "abbr") or not name:
                name = " ".join(node.text().split())
            if name:
                given["name"] = [name]
        if "url" not in given and "u" not in item.prefixes and not nested:
            link = node if node.name in ("a", "area") else _only(node, "a")
            if link is not None and link.get("href") is not None:
                given["url"] = [urljoin_safe(self.base, link.attributes["href"])]


def urljoin_safe(base: str, address: str) -> str:
    """The address made absolute; as it is when it is none."""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address.strip()


def _classes(node: Element, classic: str | None) -> tuple[list[str], list[tuple[str, str]], bool]:
    """(types, [(prefix, property)], whether classic) of an element."""
    words = node.words("class")
    types = [word for word in words if _ROOT.fullmatch(word)]
    old = False
    if not types:
        types = [_CLASSIC_ROOTS[word] for word in words if word in _CLASSIC_ROOTS]
        old = bool(types)
    if classic is not None:
        words = [_CLASSIC.get(classic, {}).get(word, "") for word in words]
    names = [(found[1], found[2]) for word in words if (found := _PROPERTY.fullmatch(word))]
    return types, list(dict.fromkeys(names)), old


def _value_class(node: Element) -> str | None:
    """The parts with class `value` (value-class-pattern), of direct children; None without any."""
    parts = [child for child in node.elements() if "value" in child.words("class")]
    if not parts:
        return None
    said = [part.attributes.get("datetime") or part.attributes.get("value") or part.text().strip() for part in parts]
    return "".join(said)


def _only(node: Element, name: str) -> Element | None:
    """The one child of this name, also one level below an only child."""
    found = [child for child in node.elements() if child.name == name]
    if len(found) == 1:
        return found[0]
    inner = list(node.elements())
    return _only(inner[0], name) if len(inner) == 1 and not found else None
