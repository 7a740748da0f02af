"""What a page says about itself, without I/O: Open Graph, Twitter's tags, plain HTML, fediverse:creator, oEmbed."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from torg.cards import embeds
from torg.cards.model import CardType, Preview, Stated
from torg.cards.tags import Tag, read

PAGE_CAP = 1024 * 1024
TITLE_CAP = 300
DESCRIPTION_CAP = 1000
NAME_CAP = 200
URL_CAP = 2048
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
OEMBED_TYPES = frozenset({"application/json+oembed", "text/json+oembed"})

_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE
)
# The web's own encodings by Python's names: Python also knows "zip", "idna" or "unicode-escape", not for pages.
_CODEC = re.compile(
    r"utf-8|utf-16(-[lb]e)?|ascii|iso8859-\d+|cp(125\d|866|874|932|949|950)|koi8-[ru]|mac-(roman|cyrillic)"
    r"|gbk?|gb2312|gb18030|big5(hkscs)?|shift_jis|euc_(jp|kr)|iso2022_jp"
)
_LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:[-_].{0,30})?")
_HANDLE = re.compile(r"@?([\w.-]{1,64})@([\w.-]{1,253}\.\w{2,63})", re.ASCII)


def believable(stated: Stated, link: str | None) -> Stated | None:
    """What another server says of a page, as far as it may be shown: of this very link, plain, short, with a title."""
    title = plain(stated.title, TITLE_CAP)
    if link is None or _same(stated.url) != _same(link) or not any(map(str.isalnum, title)):
        return None
    return Stated(
        url=link, title=title, description=plain(stated.description, DESCRIPTION_CAP), stated_by=stated.stated_by
    )


def attribution(stated: Stated) -> str:
    """In the place of the site's name: whose page it is, and on whose word."""
    return f"{urlsplit(stated.url).hostname or stated.url} · {stated.stated_by}"


def _same(url: str) -> str:
    return url.partition("#")[0]


def link_for_card(links: list[str]) -> str | None:
    """Which of a post's links gets the card: the first one that may be fetched at all."""
    return next((link for link in links if safe_url(link, "")), None)


def decode(body: bytes, charset: str | None) -> str:
    """The page as text: by its byte order mark, its header, its meta tag, else UTF-8. Wrong bytes become U+FFFD."""
    if body.startswith(codecs.BOM_UTF8):
        return body[3:].decode("utf-8", "replace")
    declared = _META_CHARSET.search(body[:2048])
    for name in (charset, declared.group(1).decode("ascii") if declared else None):
        if name and _is_text_codec(name):
            return body.decode(name, "replace")
    return body.decode("utf-8", "replace")


def _is_text_codec(name: str) -> bool:
    try:
        return bool(_CODEC.fullmatch(codecs.lookup(name).name))
    except (LookupError, ValueError):
        return False


def preview(page: str, url: str) -> Preview:
    """A page's card. `url` is where the page came from; addresses in it are read relative to that or to `base`."""
    metas: dict[str, str] = {}
    seen: dict[str, Any] = {"title": "", "lang": "", "base": url, "oembed": None}
    for tag in read(page[:PAGE_CAP]):
        _note(tag, metas, seen)
    base = seen["base"]

    def first(*names: str) -> str:
        return next((metas[name] for name in names if metas.get(name, "").strip()), "")

    def address(*names: str) -> str:
        return next((good for name in names if (good := safe_url(metas.get(name, ""), base))), "")

    author = first("article:author", "og:article:author")
    author_url = safe_url(author, "") or ""
    said = Preview(
        title=plain(first("og:title", "twitter:title") or seen["title"], TITLE_CAP),
        description=plain(first("og:description", "twitter:description", "description"), DESCRIPTION_CAP),
        language=language(seen["lang"] or first("og:locale", "language", "content-language")),
        author_name=plain(first("author", "dc.creator") or ("" if author_url else author), NAME_CAP),
        author_url=author_url,
        author_handle=handle(first("fediverse:creator")),
        provider_name=plain(first("og:site_name", "application-name"), NAME_CAP),
        image_url=address("og:image:secure_url", "og:image:url", "og:image", "twitter:image", "twitter:image:src")
        or None,
        image_description=plain(first("og:image:alt", "twitter:image:alt"), DESCRIPTION_CAP),
        oembed_url=seen["oembed"],
        published_at=moment(first("article:published_time", "og:article:published_time", "datepublished", "date")),
    )
    return _with_player(said, metas, base, url)


def _note(tag: Tag, metas: dict[str, str], seen: dict[str, Any]) -> None:
    attributes = tag.attributes
    if tag.name == "meta":
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        if "content" in attributes and len(metas) < 500:
            metas.setdefault(name.strip().lower(), attributes["content"])
    elif tag.name == "title":
        seen["title"] = seen["title"] or tag.text
    elif tag.name == "html":
        seen["lang"] = seen["lang"] or attributes.get("lang", "")
    elif tag.name == "base":
        seen["base"] = safe_url(attributes.get("href", ""), seen["base"]) or seen["base"]
    elif tag.name == "link" and attributes.get("type", "").strip().lower() in OEMBED_TYPES:
        seen["oembed"] = seen["oembed"] or safe_url(attributes.get("href", ""), seen["base"])


def _with_player(said: Preview, metas: Mapping[str, str], base: str, url: str) -> Preview:
    """A video card when the page names an https player of its own site."""
    player = ""
    if metas.get("og:video:type", "text/html").lower().startswith("text/html"):
        player = metas.get("og:video:secure_url") or metas.get("og:video:url") or metas.get("og:video") or ""
    source = safe_url(player or metas.get("twitter:player", ""), base)
    if not source or not embeds.may_embed(source, url):
        return said
    width = embeds.pixels(metas.get("og:video:width") or metas.get("twitter:player:width"))
    height = embeds.pixels(metas.get("og:video:height") or metas.get("twitter:player:height"))
    return msgspec.structs.replace(
        said, type=CardType.VIDEO, html=embeds.frame(source, width, height), width=width, height=height
    )


def safe_url(href: str, base: str) -> str | None:
    """An absolute http(s) address of bearable length and without a password, or None."""
    href = href.strip()
    if not href or len(href) > URL_CAP or any(c in '<>"`{}|\\^' or c.isspace() or ord(c) < 33 for c in href):
        return None
    try:
        joined = urljoin(base, href) if base else href
        parts = urlsplit(joined)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        return joined if usable and len(joined) <= URL_CAP and parts.port != 0 else None
    except ValueError:
        return None


def plain(text: str, cap: int) -> str:
    """One line of text: white space as single spaces, controls and direction overrides gone, cut with an ellipsis."""
    kept = "".join(
        " " if character.isspace() else character
        for character in text[: cap * 4]
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs", "Co")
        if character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    line = " ".join(kept.split())
    return line if len(line) <= cap else line[: cap - 1].rstrip() + "…"


def language(text: str) -> str | None:
    """`sv` of `sv-SE` or `sv_SE`; None when it is no language code."""
    found = _LANGUAGE.fullmatch(text.strip())
    return found.group(1).lower() if found else None


def handle(text: str) -> str:
    """`anna@acme.example` of `@anna@acme.example`; empty when it is no handle."""
    found = _HANDLE.fullmatch(text.strip())
    return f"{found.group(1)}@{found.group(2).lower()}" if found else ""


def moment(text: str) -> datetime | None:
    """An ISO 8601 time in UTC, None when it is none or lies before 1970 or after 2100."""
    try:
        parsed = datetime.fromisoformat(text.strip()[:40])
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return parsed if 1970 <= parsed.year <= 2100 else None


def complete(said: Preview, oembed: bytes | None, page_url: str) -> Preview:
    """The page's own words completed by what its oEmbed says (https://oembed.com), where that is readable."""
    answer = embeds.parse(oembed) if oembed else None
    if answer is None:
        return said

    def text(name: str, cap: int = NAME_CAP) -> str:
        value = answer.get(name)
        return plain(value, cap) if isinstance(value, str) else ""

    def address(name: str) -> str:
        value = answer.get(name)
        return (safe_url(value, page_url) if isinstance(value, str) else None) or ""

    changes: dict[str, Any] = {
        "title": said.title or text("title", TITLE_CAP),
        "author_name": text("author_name") or said.author_name,
        "author_url": address("author_url") or said.author_url,
        "provider_name": text("provider_name") or said.provider_name,
        "provider_url": address("provider_url") or said.provider_url,
        "image_url": said.image_url or address("thumbnail_url") or None,
    }
    width, height = embeds.pixels(answer.get("width")), embeds.pixels(answer.get("height"))
    kind = answer.get("type")
    if kind == "photo" and (picture := address("url")):
        changes |= {"type": CardType.PHOTO, "embed_url": picture, "width": width, "height": height, "html": ""}
        changes["image_url"] = changes["image_url"] or picture
    elif kind == "video" and isinstance(answer.get("html"), str):
        source = embeds.source_of(answer["html"])
        good = safe_url(source, page_url) if source else None
        if good and embeds.may_embed(good, page_url, said.oembed_url or ""):
            changes |= {"type": CardType.VIDEO, "html": embeds.frame(good, width, height)}
            changes |= {"width": width, "height": height}
    return msgspec.structs.replace(said, **changes)


def worth_showing(said: Preview) -> bool:
    """A card needs a title."""
    return bool(said.title)
