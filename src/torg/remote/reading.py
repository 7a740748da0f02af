"""An ActivityStreams object → NoteRead: pure, for input of whatever shape (docs: spec/activitypub of Mastodon)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from torg.posts.model import QuotePolicy
from torg.remote.as2 import (
    id_of,
    ids_of,
    is_public,
    is_web,
    list_of,
    moment_of,
    number_of,
    object_of,
    same_origin,
    text_of,
    type_of,
    types_of,
)
from torg.remote.note_model import Addressing, Document, MentionRead, NoteRead
from torg.remote.reading_parts import files_of, poll_of, preview_of
from torg.text.clean import clean, to_plain
from torg.text.language import guess, normal_language
from torg.text.normal import normal
from torg.text.tags import tag_name

SHORT = ("Note", "Question", "ChatMessage")
LONG = ("Article", "Page", "Video", "Audio", "Image", "Event")
SUPPORTED = (*SHORT, *LONG)
MOST_CONTENT = 100_000
MOST_TITLE = 500
MOST_SPOILER = 2_000
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|a|b|i|em|strong|code|pre|ul|ol|li|blockquote)\b[^<>]*>|&(?:#\d+|[a-z]+);", re.IGNORECASE
)
MOST_TAGS = 200
EXCERPT = 1_500
SHORTCODE = re.compile(r":?([a-zA-Z0-9_]{1,100}):?")
QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote", "quoteURL")
QUOTE_REL = "https://misskey-hub.net/ns#_misskey_quote"
AS2_MEDIA = ("application/activity+json", "application/ld+json")
_LINK = re.compile(r'<a (?=[^<>]*href="([^"<>]+)")[^<>]*>')
_CLASS = re.compile(r'class="([^"<>]*)"')


def read(document: Document, *, followers: str | None) -> NoteRead | None:
    """What an object says; None for what is no post. `followers`: the author's collection of them, where it is known.

    Whether the object may be believed is not decided here (notes.py).
    """
    kind = type_of(document, SUPPORTED)
    uri, author = id_of(document.get("id")), author_of(document)
    if kind is None or author is None or not is_web(uri):
        return None
    assert uri is not None
    content, language = _content(document)
    body = clean(content[:MOST_CONTENT])
    title = _line(text_of(document.get("name")) or _mapped(document.get("nameMap")), MOST_TITLE)
    spoiler = _line(_warning(text_of(document.get("summary")) or _mapped(document.get("summaryMap"))), MOST_SPOILER)
    url = _url(document, uri)
    if kind in LONG:
        body, spoiler = _long(document, kind, title, spoiler, body, url or uri), ""
    plain = to_plain(body)
    addressing, addressed = _audience(document, author, followers)
    vote = title if kind == "Note" and title and document.get("inReplyTo") and not content else None
    tags = [one for one in list_of(document.get("tag"))[:MOST_TAGS] if isinstance(one, Mapping)]
    return NoteRead(
        uri=uri,
        author=author,
        type=kind,
        url=url or uri,
        html=body,
        plain=plain,
        spoiler=spoiler,
        sensitive=document.get("sensitive") is True or bool(spoiler),
        language=language or guess(plain),
        published=moment_of(document.get("published")),
        updated=moment_of(document.get("updated")),
        parent=_other(id_of(document.get("inReplyTo")), uri),
        addressing=addressing,
        addressed=addressed,
        mentions=[
            MentionRead(id_of(one.get("href")) or "", text_of(one.get("name"))[:300])
            for one in tags if "Mention" in types_of(one)
        ],
        tags=_hashtags(tags),
        emojis=_emojis(tags),
        files=files_of(document),
        links=_links(body),
        preview=preview_of(document, _links(body), urlsplit(uri).netloc.lower()),
        poll=poll_of(document),
        vote=vote,
        quote=_other(_quote(document, tags), uri),
        quote_authorization=id_of(document.get("quoteAuthorization")),
        quote_policy=quote_policy(document, author, followers),
        replies=_replies(document.get("replies"), uri),
        context=_collection(document.get("context"), None),
        likes=_total(document.get("likes")),
        shares=_total(document.get("shares")),
    )  # fmt: skip


def author_of(document: Document) -> str | None:
    """Whose the object is: attributedTo, of several (PeerTube names a channel too) the person."""
    named = list_of(document.get("attributedTo"))
    person = next((one for one in named if isinstance(one, Mapping) and "Person" in types_of(one)), None)
    return id_of(person if person is not None else named) or id_of(document.get("actor"))


def quote_policy(document: Document, author: str, followers: str | None) -> QuotePolicy:
    """Who may quote without being asked one by one (FEP-044f); a post that says nothing is not to be quoted."""
    policy = object_of(document.get("interactionPolicy")) or {}
    rule = object_of(policy.get("canQuote")) or {}
    automatic = ids_of(rule.get("automaticApproval")) + ids_of(rule.get("always"))
    if any(is_public(one) for one in automatic):
        return "public"
    return "followers" if any(_is_followers(one, author, followers) for one in automatic) else "nobody"


def _content(document: Document) -> tuple[str, str | None]:
    """The text and its language: `content`, else of the map the one in the document's language or the first."""
    text = text_of(document.get("content"))
    found = document.get("contentMap")
    mapped = {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, Mapping) else {}
    code = next((k for k, v in mapped.items() if v == text), None) if text else next(iter(mapped), None)
    if not text and code is not None:
        text = mapped[code]
    if code is None and len(mapped) == 1:
        code = next(iter(mapped))
    if text and text_of(document.get("mediaType")) == "text/plain":
        text = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    return text, normal_language(code[:40]) if code else None


def _mapped(value: Any) -> str:
    return next((v for v in value.values() if isinstance(v, str)), "") if isinstance(value, Mapping) else ""


def _line(text: str, most: int) -> str:
    return " ".join(normal(text).split())[:most].strip()


def _other(found: str | None, uri: str) -> str | None:
    """An address that is another's: nothing answers or quotes itself."""
    return found if found != uri and is_web(found) else None


def _url(document: Document, uri: str) -> str | None:
    """The page to show to people: http(s), of the object's own server; of several the HTML one."""
    best = None
    for one in list_of(document.get("url")):
        href = id_of(one.get("href")) if isinstance(one, Mapping) else id_of(one)
        if href is None or not is_web(href) or not same_origin(href, uri):
            continue
        mime = text_of(one.get("mediaType")) if isinstance(one, Mapping) else "text/html"
        if mime in ("", "text/html"):
            return href
        best = best or href
    return best if best and type_of(document, SHORT) else None


def _warning(summary: str) -> str:
    """A content warning as text. Mastodon's is plain (`about <food> & drink`), others' is HTML as the standard says."""
    return to_plain(summary) if _MARKUP.search(summary) else summary


def _long(document: Document, kind: str, title: str, summary: str, body: str, url: str) -> str:
    """Title, what the piece is about, and a link: a microblog shows no whole articles."""
    parts = [f"<p><strong>{html.escape(title, quote=False)}</strong></p>"] if title else []
    if kind == "Event":
        starts = moment_of(document.get("startTime"))
        place = object_of(document.get("location")) or {}
        where = _line(text_of(place.get("name")), MOST_TITLE)
        facts = ", ".join(part for part in (starts.strftime("%Y-%m-%d %H:%M UTC") if starts else "", where) if part)
        parts += [f"<p>{html.escape(facts, quote=False)}</p>"] if facts else []
    if summary:
        parts.append(f"<p>{html.escape(summary, quote=False)}</p>")
    elif len(to_plain(body)) <= EXCERPT:
        parts.append(body)
    else:
        cut = to_plain(body)[:EXCERPT].rsplit(maxsplit=1)[0]
        parts += [f"<p>{html.escape(line, quote=False)}</p>" for line in (cut + " …").split("\n\n") if line.strip()]
    parts.append(f'<p><a href="{html.escape(url)}">{html.escape(url)}</a></p>')
    return clean("".join(parts))


def _audience(document: Document, author: str, followers: str | None) -> tuple[Addressing, list[str]]:
    to = ids_of(document.get("to"))
    cc = ids_of(document.get("cc")) + ids_of(document.get("audience"))
    everybody = [*to, *cc, *ids_of(document.get("bto")), *ids_of(document.get("bcc"))]
    rest = [
        one for one in dict.fromkeys(everybody) if not is_public(one) and not _is_followers(one, author, followers)
    ]
    if any(is_public(one) for one in to):
        return "public", rest
    if any(is_public(one) for one in cc):
        return "unlisted", rest
    if any(_is_followers(one, author, followers) for one in everybody):
        return "followers", rest
    return "named", rest


def _is_followers(address: str, author: str, followers: str | None) -> bool:
    if followers is not None:
        return address == followers
    return address == f"{author.rstrip('/')}/followers"


def _hashtags(tags: list[Any]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for one in tags:
        if "Hashtag" in types_of(one):
            written = text_of(one.get("name")).strip().lstrip("#＃")[:255]
            name = tag_name(written)
            if name and any(c.isalpha() for c in name):
                found.setdefault(name, normal(written))
    return list(found.items())


def _emojis(tags: list[Any]) -> dict[str, tuple[str, datetime | None]]:
    found: dict[str, tuple[str, datetime | None]] = {}
    for one in tags:
        if "Emoji" in types_of(one):
            code = SHORTCODE.fullmatch(text_of(one.get("name")))
            icon = object_of(one.get("icon")) or {}
            url = id_of(icon.get("url")) or id_of(icon.get("href"))
            if code and url and is_web(url):
                found.setdefault(code[1], (url, moment_of(one.get("updated"))))
    return found


def _links(body: str) -> list[str]:
    """Addresses that a card could be made of: links of a cleaned text that are no mentions or tags."""
    found = []
    for link in _LINK.finditer(body):
        classes = _CLASS.search(link.group())
        if not classes or not {"mention", "hashtag", "u-url"} & set(classes[1].split()):
            found.append(html.unescape(link[1]))
    return list(dict.fromkeys(one for one in found if is_web(one)))[:20]


def _quote(document: Document, tags: list[Any]) -> str | None:
    for name in QUOTES:
        if (found := id_of(document.get(name))) is not None:
            return found
    for one in tags:  # FEP-e232
        rels = [text_of(rel) for rel in list_of(one.get("rel"))]
        if "Link" in types_of(one) and QUOTE_REL in [rel.replace("/ns/#", "/ns#") for rel in rels]:
            mime = text_of(one.get("mediaType")).partition(";")[0].strip()
            if mime in AS2_MEDIA:
                return id_of(one.get("href"))
    return None


def _collection(value: Any, uri: str | None) -> str | None:
    """The address of a collection, of the object's own server where that is asked for."""
    found = id_of(value)
    if found is None or not is_web(found) or (uri is not None and not same_origin(found, uri)):
        return None
    return found


def _replies(value: Any, uri: str) -> str | None:
    """Where to begin to read the replies. An embedded first page that lists nothing only sends on, perhaps to more than
    the collection's own address shows: GoToSocial leaves out there what the author answers himself."""
    first = object_of((object_of(value) or {}).get("first"))
    if first is not None and not {"items", "orderedItems"} & first.keys():
        following = _collection(first.get("next"), uri)
        if following is not None:
            return following
    return _collection(value, uri)


def _total(value: Any) -> int | None:
    embedded = object_of(value)
    return number_of(embedded.get("totalItems")) if embedded is not None else None
