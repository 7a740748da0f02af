"""Foreign HTML → the subset that clients may expect (docs: spec/activitypub, HTML sanitization), and → plain text."""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final

from torg.kernel.later import Later
from torg.text.links import REL
from torg.text.normal import normal
from torg.text.tokens import LINK_SCHEMES

if TYPE_CHECKING:
    import nh3
else:
    nh3 = Later("nh3")

MAX_HTML: Final = 256 * 1024  # characters; beyond it the text is cut
MAX_DEPTH: Final = 32
MAX_PASSES: Final = 5

_TAG_NAMES: Final = "p br span a del s pre blockquote code b strong u i em ul ol li ruby rt rp"
_ATTRIBUTES: Final = {
    "*": {"lang"},
    "a": {"href", "class", "translate"},
    "span": {"class", "translate"},
    "p": {"class"},
    "ol": {"start", "reversed"},
    "li": {"value"},
}
_CLASS: Final = re.compile(r"(?:h|p|u|dt|e)-[\w-]{1,60}|mention|hashtag|ellipsis|invisible|quote-inline")
_LANG: Final = re.compile(r"[A-Za-z0-9-]{1,35}")
_NUMBER: Final = re.compile(r"-?\d{1,9}")

# Elements that close themselves or each other; they do not make a tree deep.
_FLAT_NAMES: Final = "p li br hr img wbr input meta link source area base col embed track param"
_FLAT: Final = frozenset(_FLAT_NAMES.split())
_ANY_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9-]{0,20})", re.IGNORECASE)
_HEADING: Final = re.compile(r"<(/?)h[1-6](?![a-z0-9])[^<>]*>", re.IGNORECASE)
_LINK: Final = re.compile(r"<a(?= |>)[^<>]*>|</a>")  # of cleaned HTML, where attributes hold no < or >
_BREAK: Final = re.compile(r"<br[^<>]*>\n?")
_END_OF_LINE: Final = re.compile(r"</li>|<(?:ul|ol)(?: [^<>]*)?>")
_END_OF_BLOCK: Final = re.compile(r"</(?:p|blockquote|pre|ul|ol)>")
_TAG: Final = re.compile(r"<[^<>]*>")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """Lets an attribute's value through, mended, or drops it (None)."""
    match name:
        case "class":
            kept = [c for c in value.split() if _CLASS.fullmatch(c)]
            return " ".join(kept) or None
        case "href":
            return value.replace("<", "%3C").replace(">", "%3E")
        case "translate":
            return value if value == "no" else None
        case "lang":
            return value if _LANG.fullmatch(value) else None
        case "start" | "value":
            return value if _NUMBER.fullmatch(value) else None
        case "reversed":
            return ""
        case _:
            return value


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAG_NAMES.split()),
        clean_content_tags={"script", "style"},
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_attribute,
        link_rel=REL,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes=set(LINK_SCHEMES),
        url_relative="deny",
    )


def clean(source: str) -> str:
    """Cleaned HTML, well-formed and safe to send to any client. Cleaning twice changes nothing.

    Headings become `<p><strong>`; a link whose scheme is not permitted, or that is relative, becomes its text;
    `rel` and `target` of links are ours. HTML nested beyond `MAX_DEPTH` or longer than `MAX_HTML` keeps
    its text alone, as the parser's time grows with the square of the depth.
    """
    text = normal(source)
    if len(text) > MAX_HTML or _too_deep(text):
        return "".join(
            f"<p>{html.escape(line.strip(), quote=False)}</p>" for line in _stripped(text).split("\n") if line.strip()
        )
    text = _HEADING.sub(lambda m: "</strong></p>" if m[1] else "<p><strong>", text)
    # Where markup was misnested, what is left may be read differently than it was written: until it is not.
    for _ in range(MAX_PASSES):
        before, text = text, _without_dead_links(_cleaner().clean(text))
        if text == before:
            break
    return text


def to_plain(source: str) -> str:
    """The text of some HTML, foreign or our own: paragraphs two line ends apart, no markup, entities decoded."""
    text = clean(source)
    text = _BREAK.sub("\n", text)
    text = _END_OF_LINE.sub("\n", text)
    text = _END_OF_BLOCK.sub("\n\n", text)
    text = html.unescape(_TAG.sub("", text)).replace("\xa0", " ")
    return _BLANK_LINES.sub("\n\n", normal(text)).strip()


def _without_dead_links(cleaned: str) -> str:
    """Well-formed HTML without links that have lost their address, and without links inside links."""
    kept: list[bool] = []

    def keep(found: re.Match[str]) -> str:
        if found.group() == "</a>":
            return found.group() if kept.pop() else ""
        kept.append(" href=" in found.group() and not any(kept))
        return found.group() if kept[-1] else ""

    return _LINK.sub(keep, cleaned)


def _too_deep(source: str) -> bool:
    """Whether more than `MAX_DEPTH` elements can be open at once; an upper bound, found in one pass."""
    opened: Counter[str] = Counter()
    depth = 0
    for found in _ANY_TAG.finditer(source):
        name = found[2].lower()
        if name in _FLAT:
            continue
        if not found[1]:
            opened[name] += 1
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return False


def _stripped(source: str) -> str:
    """Text without tags, at most `MAX_HTML` characters of it; for what is not worth parsing."""
    return html.unescape(re.sub(r"<[^<>]*>?", " ", source[:MAX_HTML]))
