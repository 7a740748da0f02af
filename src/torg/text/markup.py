"""Foreign HTML → a tree to look things up in, in time linear in its length whatever it contains.

Not a browser's parser: that one copies open elements when they are misnested, and so makes gigabytes of a hostile
page. This one knows void elements, raw text, the end tags that people leave out, and stops at caps.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_ELEMENTS = 50_000
MAX_DEPTH = 100
VALUE_CAP = 4096
MOST_ATTRIBUTES = 50

_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
_INLINE_NAMES = "a abbr b big bdi bdo cite code data em font i q s small span strike strong sub sup time tt u"
_BLOCK_NAMES = (
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hgroup hr main menu nav ol p pre section summary table ul"
)
_VOID = frozenset(_VOID_NAMES.split())
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
_DECODED = frozenset({"textarea", "title"})
_INLINE = frozenset(_INLINE_NAMES.split())
_CLOSES_P = frozenset(_BLOCK_NAMES.split())
_WALLS = frozenset({"table", "td", "th", "caption", "template", "object", "button", "select"})
# Opened, they close one of these that is still open, unless the container in between begins a new one.
_SIBLINGS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "tr": (frozenset({"tr", "td", "th"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "th": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "option": (frozenset({"option"}), frozenset({"select", "datalist"})),
}
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9:-]{0,40}")
_SPACE = re.compile(r"[\s/]*")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]{1,200})(?:\s{0,50}=\s{0,50}(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?""")
_CLOSE = {name: re.compile(rf"</{name}", re.IGNORECASE) for name in _RAW}


@dataclass(slots=True, eq=False)
class Element:
    """A node. `children` are elements and texts (entities decoded) in their order."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """An attribute, None if it is not there."""
        return self.attributes.get(name)

    def words(self, name: str) -> list[str]:
        """An attribute that is a list of words (`class`, `rel`), those of `rel` in lower case."""
        value = self.attributes.get(name, "")
        return (value.lower() if name == "rel" else value).split()

    def elements(self) -> Iterator[Element]:
        """The children that are elements."""
        return (child for child in self.children if isinstance(child, Element))

    def all(self) -> Iterator[Element]:
        """Everything below, in document order, but not what a template holds."""
        stack = [self.elements()]
        while stack:
            found = next(stack[-1], None)
            if found is None:
                stack.pop()
                continue
            yield found
            if found.name != "template":
                stack.append(found.elements())

    def text(self) -> str:
        """The text below, without scripts and styles; line breaks of `br` and between paragraphs."""
        parts: list[str] = []
        _text(self, parts)
        return "".join(parts)


def _text(element: Element, parts: list[str]) -> None:
    for child in element.children:
        if isinstance(child, str):
            parts.append(child)
        elif child.name == "br":
            parts.append("\n")
        elif child.name == "img":
            parts.append(child.attributes.get("alt", ""))
        elif child.name not in ("script", "style", "template"):
            block = child.name in _CLOSES_P or child.name in ("li", "tr", "dt", "dd")
            parts.append("\n" if block else "")
            _text(child, parts)
            parts.append("\n" if block else "")


class _Tree:
    def __init__(self) -> None:
        self.root = Element("#document")
        self.open = [self.root]
        self.count = 0

    def start(self, element: Element) -> bool:
        """Put an element in its place; False when there are too many."""
        self.count += 1
        if self.count > MOST_ELEMENTS:
            return False
        name = element.name
        if name in _CLOSES_P:
            self._close(frozenset({"p"}), _WALLS)
        if name in _SIBLINGS:
            self._close(*_SIBLINGS[name])
        self.open[-1].children.append(element)
        if name not in _VOID and name not in _RAW and len(self.open) < MAX_DEPTH:
            self.open.append(element)
        return True

    def end(self, name: str) -> None:
        """An inline element ends within its block only; stray end tags end nothing."""
        if name in _INLINE:
            for at in range(len(self.open) - 1, 0, -1):
                if self.open[at].name == name:
                    del self.open[at:]
                    return
                if self.open[at].name not in _INLINE:
                    return
        else:
            self._close(frozenset({name}), _WALLS - {name})

    def _close(self, names: frozenset[str], walls: frozenset[str]) -> None:
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at].name in names:
                del self.open[at:]
                return
            if self.open[at].name in walls:
                return

    def text(self, text: str) -> None:
        if text:
            self.open[-1].children.append(html.unescape(text))


def parse(page: str) -> Element:
    """The tree of a page or fragment. Never raises; what is beyond the caps is left out."""
    tree, at, end = _Tree(), 0, len(page)
    while at < end:
        mark = page.find("<", at)
        if mark < 0:
            tree.text(page[at:])
            break
        tree.text(page[at:mark])
        following = page[mark + 1 : mark + 2]
        if following in ("!", "?"):
            comment = page.startswith("<!--", mark)
            close = page.find("-->" if comment else ">", mark + (4 if comment else 1))
            if close < 0:
                break
            at = close + (3 if comment else 1)
            continue
        ends = following == "/"
        found = _NAME.match(page, mark + (2 if ends else 1))
        if found is None:
            tree.text("<")
            at = mark + 1
            continue
        name = found.group().lower()
        attributes, at = attributes_at(page, found.end())
        if ends:
            tree.end(name)
            continue
        element = Element(name, attributes)
        if not tree.start(element):
            break
        if name in _RAW:
            shut = _CLOSE[name].search(page, at)
            stop = shut.start() if shut else end
            raw = page[at:stop]
            element.children.append(html.unescape(raw) if name in _DECODED else raw)
            at = stop
    return tree.root


def attributes_at(page: str, at: int) -> tuple[dict[str, str], int]:
    """Attributes from `at` up to the tag's end, and where that is. The first of a name counts."""
    found: dict[str, str] = {}
    while True:
        space = _SPACE.match(page, at)
        at = space.end() if space else at
        if at >= len(page) or page[at] == "<":
            return found, at
        if page[at] == ">":
            return found, at + 1
        attribute = _ATTRIBUTE.match(page, at)
        if attribute is None:
            at += 1
            continue
        name, *values = attribute.groups()
        value = next((value for value in values if value is not None), "")
        if len(found) < MOST_ATTRIBUTES:
            found.setdefault(name.lower(), html.unescape(value[:VALUE_CAP]))
        at = attribute.end()
