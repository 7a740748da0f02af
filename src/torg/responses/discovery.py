"""Where a page wants to be told of links to it: Webmention endpoint first, else Pingback's. Pure.

W3C Webmention §3.1.2 (first Link header, then `link` and `a` in document order, relative to where the page came
from), Pingback 1.0 §2 (X-Pingback header, then `link`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

import msgspec

from torg.cards.rules import decode
from torg.engine.fetched import Fetched
from torg.responses.model import Protocol
from torg.text.markup import Element, parse

HTML = frozenset({"text/html", "application/xhtml+xml"})
URL_CAP = 2048
_LINK = re.compile(r"<([^<>]{0,2048})>((?:\s{0,20};[^,;\"<>]{0,300}(?:\"[^\"]{0,500}\")?)*)")
_REL = re.compile(r";\s{0,20}rel\s{0,20}=\s{0,20}(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


class Endpoint(msgspec.Struct, frozen=True):
    """Whom to tell, and how."""

    protocol: Protocol
    url: str


def find(page: Fetched) -> Endpoint | None:
    """The endpoint of a fetched page, if it has one that can be called."""
    tree = parse(decode(page.body, page.charset)) if page.media_type in HTML else Element("#document")
    base = base_of(tree, page.url)
    headers = _headers(page.headers.get("link", ""), "webmention")
    found = next(headers, None)
    if found is not None:
        return _endpoint("webmention", found, page.url)
    found = next(_tags(tree, "webmention", ("link", "a")), None)
    if found is not None:
        return _endpoint("webmention", found, base)
    found = page.headers.get("x-pingback") or next(_tags(tree, "pingback", ("link",)), None)
    return _endpoint("pingback", found, base) if found else None


def base_of(tree: Element, url: str) -> str:
    """What relative addresses of a page are relative to."""
    for element in tree.all():
        if element.name == "base" and element.get("href"):
            return urljoin(url, element.attributes["href"].strip())
    return url


def _headers(value: str, rel: str) -> Iterator[str]:
    """The targets of a Link header with this relation (RFC 8288); several headers come joined by commas."""
    for link in _LINK.finditer(value[: 16 * 1024]):
        rels = _REL.search(link[2])
        if rels and rel in (rels[1] or rels[2] or "").lower().split():
            yield link[1].strip()


def _tags(tree: Element, rel: str, names: tuple[str, ...]) -> Iterator[str]:
    """The `href`s, empty ones too: an empty one is the page itself, none at all is no endpoint."""
    for element in tree.all():
        href = element.get("href")
        if element.name in names and href is not None and rel in element.words("rel"):
            yield href.strip()


def _endpoint(protocol: Protocol, href: str, base: str) -> Endpoint | None:
    url = absolute(href, base)
    return Endpoint(protocol, url) if url else None


def absolute(href: str, base: str) -> str | None:
    """An http(s) address without fragment, or None."""
    try:
        joined = urldefrag(urljoin(base, href)).url if href else urldefrag(base).url
        parts = urlsplit(joined)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        return joined if usable and parts.port != 0 and len(joined) <= URL_CAP else None
    except ValueError:
        return None
