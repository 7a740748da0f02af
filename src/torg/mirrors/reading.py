"""A feed's bytes → what it says. feedparser knows the formats; before it sees a byte, the document is made harmless.

The only module that imports feedparser: docs/decisions/0010-feedparser.md. Linear in the document's size.
"""

from __future__ import annotations

import calendar
import codecs
import hashlib
import html.entities
import io
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin
from xml.parsers import expat

import msgspec

from torg.cards.rules import language, moment, plain, safe_url
from torg.kernel.later import Later
from torg.mirrors.model import Item, Read, Unreadable
from torg.text.clean import to_plain

if TYPE_CHECKING:
    import feedparser
else:
    feedparser = Later("feedparser")

MOST_BYTES: Final = 4 * 1024 * 1024
MOST_ITEMS: Final = 200
MOST_ELEMENTS: Final = 100_000
MOST_DEPTH: Final = 60
MOST_ATTRIBUTES: Final = 60
LONGEST_TITLE: Final = 300
LONGEST_SUMMARY: Final = 5_000
LONGEST_HTML: Final = 100_000
ROOTS: Final = ("rss", "feed", "RDF")

_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,30})["']""")
_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[]{0,500}>", re.IGNORECASE)
_DEFINITION = re.compile(r"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_NO_CHARACTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OWN_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSETS = re.compile(r"utf_?(8|16|16_le|16_be)|ascii|iso8859_\d{1,2}|latin_?1|cp125\d|koi8_[ru]|gb\w*|big5|euc_\w+|"
                       r"shift_jis|utf-(8|16|16-le|16-be)|iso8859-\d{1,2}|koi8-[ru]")  # fmt: skip


def read(body: bytes, url: str, media_type: str = "", charset: str | None = None) -> Read:
    """What a feed says. Unreadable with the reason for what is none, or is not safe."""
    if len(body) > MOST_BYTES:
        raise Unreadable("it is larger than 4 MiB")
    text = _NO_CHARACTERS.sub("", _decoded(body, charset)).lstrip("\ufeff \t\r\n")
    if text.startswith("{") or media_type in ("application/feed+json", "application/json"):
        return _json(text, url)
    return _xml(text, url)


def _decoded(body: bytes, charset: str | None) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = _ENCODING.match(body[:400].lstrip())
    wanted = charset or (declared[1].decode() if declared else "utf-8")
    try:
        name = codecs.lookup(wanted).name
    except (LookupError, ValueError):
        name = "utf-8"
    if not _CHARSETS.fullmatch(name):
        raise Unreadable(f"its encoding {wanted[:30]} is not known here")
    return body.decode(name, "replace")


def _xml(text: str, url: str) -> Read:
    text = _DECLARATION.sub("", text, count=1)
    head, rest = text[:4096], text[4096:]
    text = _DOCTYPE.sub("", head, count=1) + rest
    if _DEFINITION.search(re.sub(r"<!\[CDATA\[.*?\]\]>", "", text, flags=re.DOTALL)):
        raise Unreadable("it defines entities of its own, which is not safe to read")
    data = _NAMED.sub(_character, text).encode()
    _check(data)
    found = feedparser.parse(
        io.BytesIO(data),  # never bytes: it would take them for the name of a file
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    feed, links = found.feed, _links(found.feed)
    # An RSS document may give Atom's self link, and either its hub
    return Read(
        title=_line(feed.get("title"), LONGEST_TITLE),
        items=_unique([_item(entry, url, feed) for entry in found.entries[:MOST_ITEMS]]),
        hub=safe_url(links.get("hub", ""), url),
        topic=safe_url(links.get("self", ""), url),
    )


def _character(found: re.Match[str]) -> str:
    """HTML's names of characters, which XML does not know, as characters."""
    name = found[1]
    if name in _OWN_ENTITIES:
        return found[0]
    return html.entities.html5.get(f"{name};", f"&amp;{name};")


def _check(data: bytes) -> None:
    """Well-formed, of a known kind, without definitions, not too deep or many: what a parser may be given."""
    parser = expat.ParserCreate()
    depth = count = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if count == 1 and name.rpartition(":")[2] not in ROOTS:
            raise Unreadable("it is no feed (neither RSS nor Atom nor JSON Feed)")
        if depth > MOST_DEPTH or count > MOST_ELEMENTS or len(attributes) > MOST_ATTRIBUTES:
            raise Unreadable("it is nested too deeply or has too many elements")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def definition(*_: Any) -> None:
        raise Unreadable("it defines entities of its own, which is not safe to read")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.UnparsedEntityDeclHandler = definition
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(f"it is not well-formed XML: {expat.ErrorString(error.code)} in line {error.lineno}") from None


def _links(thing: Any) -> dict[str, str]:
    """rel → the first address."""
    found: dict[str, str] = {}
    for link in thing.get("links", ())[:200]:
        if link.get("href"):
            found.setdefault(str(link.get("rel", "")).lower(), str(link["href"]))
    return found


def _item(entry: Any, url: str, feed: Any) -> Item:
    link = safe_url(urljoin(url, str(entry.get("link") or _links(entry).get("alternate", ""))), url)
    bodies = [str(entry.get("summary") or ""), *(str(c.get("value") or "") for c in entry.get("content", ())[:3])]
    title, summary = _line(entry.get("title"), LONGEST_TITLE), _text(next((b for b in bodies if b.strip()), ""))
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    return Item(
        key=str(entry.get("id") or link or f"{title}\n{summary}"),
        title=title,
        summary=summary,
        url=link,
        published=_moment(when),
        language=language(str(entry.get("language") or feed.get("language") or "")),
    )


def _moment(parsed: Any) -> datetime | None:
    try:
        when = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return when if 1990 <= when.year <= 2100 else None


def _line(text: Any, most: int) -> str:
    return plain(to_plain(str(text or "")[: most * 20]), most)


def _text(text: str) -> str:
    return to_plain(text[:LONGEST_HTML])[:LONGEST_SUMMARY].strip()


def _json(text: str, url: str) -> Read:
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise Unreadable("it is not JSON") from None
    if not isinstance(document, dict) or not str(document.get("version", "")).startswith("https://jsonfeed.org/"):
        raise Unreadable("it is no feed (neither RSS nor Atom nor JSON Feed)")
    hubs = document.get("hubs")
    hub = next((h.get("url") for h in hubs if isinstance(h, dict)), None) if isinstance(hubs, list) else None
    entries = document.get("items")
    items = [one for one in entries[:MOST_ITEMS] if isinstance(one, dict)] if isinstance(entries, list) else []
    return Read(
        title=_line(document.get("title"), LONGEST_TITLE),
        items=_unique([_json_item(one, url, document) for one in items]),
        hub=safe_url(str(hub), url) if hub else None,
        topic=safe_url(str(document.get("feed_url") or ""), url),
    )


def _json_item(one: dict[str, Any], url: str, document: dict[str, Any]) -> Item:
    def said(name: str) -> str:
        value = one.get(name)
        return value if isinstance(value, str) else ""

    link = safe_url(urljoin(url, said("url") or said("external_url")), url)
    text = said("summary") or said("content_text")
    summary = text[:LONGEST_SUMMARY].strip() if text else _text(said("content_html"))
    key = one.get("id")
    return Item(
        key=str(key) if isinstance(key, str | int) and key != "" else link or hashlib.sha256(
            json.dumps(one, sort_keys=True).encode()
        ).hexdigest(),
        title=plain(said("title"), LONGEST_TITLE),
        summary=summary,
        url=link,
        published=moment(said("date_published")),
        language=language(said("language") or str(document.get("language") or "")),
    )  # fmt: skip


def _unique(items: list[Item]) -> list[Item]:
    """Each key once, the first of it."""
    return list({item.key: item for item in reversed(items)}.values())[::-1]
