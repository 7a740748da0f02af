"""Decisions about responses; pure: what may be source and target, whether a page links, what it says, who decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import msgspec

from torg.cards import rules as cards
from torg.cards.embeds import related
from torg.engine.fetched import Fetched
from torg.kernel.actor import Actor, Permission
from torg.responses.discovery import HTML, absolute, base_of
from torg.responses.microformats import Item, flat, items
from torg.responses.model import Kind, Said, State
from torg.text.language import normal_language
from torg.text.markup import Element, parse
from torg.text.normal import normal

MOST_TARGETS = 20
TEXT_CAP = 1000
NAME_CAP = 100
URL_CAP = 2048
_LINKS = {
    "a": ("href",), "area": ("href",), "link": ("href",), "img": ("src",), "video": ("src", "poster"),
    "audio": ("src",), "source": ("src",), "iframe": ("src",), "object": ("data",), "embed": ("src",),
    "blockquote": ("cite",), "q": ("cite",), "del": ("cite",), "ins": ("cite",),
}  # fmt: skip
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("in-reply-to", "reply"), ("like-of", "like"), ("repost-of", "repost"), ("bookmark-of", "bookmark"),
)  # fmt: skip
RSVP = frozenset({"yes", "no", "maybe", "interested"})


def may_decide(actor: Actor, account_id: int) -> bool:
    """Whose post it is, and whoever deals with reports."""
    return actor.account_id == account_id or actor.may(Permission.MANAGE_REPORTS)


def address(text: str) -> str | None:
    """A source or target as it can be kept, None if it is no http(s) address."""
    text = text.strip()
    return cards.safe_url(text, "") if len(text) <= URL_CAP else None


def host_of(url: str) -> str:
    """The host name in lower case, without a port."""
    return (urlsplit(url).hostname or "").rstrip(".")


def is_of(url: str, host: str) -> bool:
    """Whether an address is at this host (with its port, where it has one)."""
    return urlsplit(url).netloc.lower() == host.lower()


def hashed(url: str) -> bytes:
    """The key of an address in the tables."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()


def same(one: str, other: str) -> bool:
    """Whether two addresses are of one page: but for fragment, escapes, a last slash, http or https."""
    return _folded(one) == _folded(other)


def _folded(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
        return parts.netloc.lower(), unquote(parts.path).rstrip("/"), parts.query
    except ValueError:
        return "", url, ""


def wants_telling(links: list[str], origin: str, spared: Iterable[str] = ()) -> list[str]:
    """The links of a post whose pages are told: those elsewhere, each once, the first few; none at `spared` hosts."""
    here = urlsplit(origin).netloc.lower()
    good = [link for link in links if address(link) and urlsplit(link).netloc.lower() != here]
    good = [link for link in good if not any(related(host_of(link), host) for host in spared)]
    return list(dict.fromkeys(good))[:MOST_TARGETS]


class Read(msgspec.Struct, frozen=True):
    """A fetched source: whether it links to the target, and what it says."""

    links: bool
    said: Said


def read(page: Fetched, target: str) -> Read:
    """Look at a source (W3C Webmention §3.2.2): HTML by its tags, JSON by its strings, text by its words."""
    kind = page.media_type
    body = cards.decode(page.body, page.charset)
    if kind in HTML:
        return _html(body, page.url, target)
    if kind == "application/json" or kind.endswith("+json"):
        return Read(_in_json(page.body, target), Said(url=page.url))
    if kind.startswith("text/"):
        return Read(_in_text(body, target), Said(url=page.url, text=excerpt(body)))
    return Read(False, Said())


def _html(body: str, url: str, target: str) -> Read:
    tree = parse(body)
    base = base_of(tree, url)
    if not _links_to(tree, base, target):
        return Read(False, Said())
    return Read(True, _said(tree, body, base, url, target))


def _links_to(tree: Element, base: str, target: str) -> bool:
    for element in tree.all():
        for name in _LINKS.get(element.name, ()):
            value = element.get(name)
            if value and (found := absolute(value.strip(), base)) is not None and same(found, target):
                return True
        if element.name == "data" and same(element.get("value") or "", target):
            return True
    return False


def _in_json(body: bytes, target: str) -> bool:
    try:
        level = [msgspec.json.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    while level:
        below: list[object] = []
        for value in level:
            if isinstance(value, str) and same(value, target):
                return True
            if isinstance(value, dict | list):
                below.extend(value.values() if isinstance(value, dict) else value)
        level = below
    return False


def _in_text(body: str, target: str) -> bool:
    return any(same(word.strip("<>()[]\"'.,;"), target) for word in body.split() if "://" in word)


def _said(tree: Element, body: str, base: str, url: str, target: str) -> Said:
    """By microformats2 of the entry that links; else as the page's own card says."""
    card = cards.preview(body, url)
    found = list(flat(items(tree, base)))
    entry = next((item for item in found if _is_entry(item) and _links_to(item.node, base, target)), None)
    author = _author(entry, found)
    name = (author.first("name") if author else "") or (entry.first("author") if entry else "") or card.author_name
    home = _home(author, base) if author else ""
    said = Said(
        author_name=cards.plain(name, NAME_CAP) or host_of(url),
        author_url=_own(home, url),
        title=cards.plain(card.title, 200),
        text=excerpt(card.description),
        url=url,
        language=normal_language(card.language) if card.language else None,
        published_at=card.published_at,
    )
    return _of_entry(said, entry, url, target) if entry else said


def _of_entry(said: Said, entry: Item, url: str, target: str) -> Said:
    kind = next((kind for name, kind in _KINDS if any(same(one, target) for one in entry.urls(name))), "mention")
    rsvp = entry.first("rsvp").lower()
    if rsvp in RSVP and kind in ("reply", "mention"):
        kind = "rsvp"
    text = entry.first("content") or entry.first("summary")
    title = cards.plain(entry.first("name"), 200)
    shown = excerpt(text) or said.text
    return msgspec.structs.replace(
        said,
        kind=kind,
        rsvp=rsvp if kind == "rsvp" else "",
        title=title if title and not shown.startswith(title.rstrip("…")) else "" if text else said.title,
        text=shown,
        url=_own((entry.urls("url") or [""])[0], url) or url,
        published_at=cards.moment(entry.first("published")) or said.published_at,
    )


def _is_entry(item: Item) -> bool:
    return bool({"h-entry", "h-cite", "h-event", "h-review", "h-recipe"}.intersection(item.types))


def _author(entry: Item | None, found: list[Item]) -> Item | None:
    """The entry's own h-card, else its feed's, else the one h-card of the page (indieweb.org/authorship)."""
    if entry is not None and entry.properties.get("author"):
        return entry.card("author")
    feed = next((one for one in found if "h-feed" in one.types and one.card("author")), None)
    if feed is not None:
        return feed.card("author")
    cards_ = [one for one in found if "h-card" in one.types]
    return cards_[0] if len(cards_) == 1 else None


def _home(author: Item, base: str) -> str:
    """The card's address; of a card that is a link but says no address, as many are written, where that leads."""
    return next(iter(author.urls("url")), "") or absolute(author.node.get("href") or "", base) or ""


def _own(address_: str, page: str) -> str:
    """The address if it is of the page's own site: with another's it would speak in another's name."""
    good = cards.safe_url(address_, "") if address_ else None
    return good if good and related(host_of(good), host_of(page)) else ""


def excerpt(text: str) -> str:
    """Text of bearable length without blank lines, controls and overrides of direction."""
    lines = (cards.plain(line, TEXT_CAP) for line in normal(text[: TEXT_CAP * 8]).split("\n"))
    plain = "\n".join(line for line in lines if line)
    return plain if len(plain) <= TEXT_CAP else plain[: TEXT_CAP - 1].rstrip() + "…"


def next_state(before: State, said_before: Said | None, said: Said, *, trusted: bool) -> State:
    """What a verified response is from now on. What was approved and says something else now is looked at again."""
    if before in ("rejected", "spam"):
        return before
    if trusted:
        return "approved"
    if before == "approved" and said_before is not None and _gist(said_before) == _gist(said):
        return "approved"
    return "pending"


def _gist(said: Said) -> tuple[str, ...]:
    return said.kind, said.author_name, said.author_url, said.title, said.text, said.rsvp
