"""An actor document → what we keep of it. Pure: clean, and believed only for what is of the actor's own origin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urldefrag

from torg.accounts.model import ProfileField
from torg.kernel.clock import now
from torg.remote import as2
from torg.remote.emojis import emojis_of
from torg.remote.errors import Unreadable
from torg.remote.model import ACTOR_TYPES, Actor, ActorType
from torg.remote.webfinger import is_name
from torg.text.clean import clean, to_plain
from torg.text.profile import display_name

MOST_NAME = 255
MOST_NOTE = 20_000
MOST_FIELDS = 20
MOST_FIELD_NAME = 255
MOST_FIELD = 2047
MOST_ALIASES = 50
MOST_PEM = 8192
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def read(document: Mapping[str, Any]) -> Actor:
    """The actor of a document. Raises Unreadable for what is none, or has ids of several origins."""
    id_ = document.get("id")
    kind: Any = as2.type_of(document, ACTOR_TYPES)
    if not isinstance(id_, str) or not as2.is_web(id_) or urldefrag(id_)[1]:
        raise Unreadable(log=f"an actor without a proper id: {str(id_)[:300]}")
    if kind is None:
        raise Unreadable(log=f"no actor: {id_[:300]}")
    return _read(document, id_, kind)


def _read(document: Mapping[str, Any], id_: str, kind: ActorType) -> Actor:
    inbox = _own(document.get("inbox"), id_)
    name = document.get("preferredUsername")
    if inbox is None:
        raise Unreadable(log=f"no inbox at the actor's own origin: {id_[:300]}")
    if not isinstance(name, str) or not is_name(name, as2.host_of(id_)):
        raise Unreadable(log=f"no proper preferredUsername: {id_[:300]}")
    key_id, pem = _key(document.get("publicKey"), id_)
    endpoints = as2.object_of(document.get("endpoints")) or {}
    webfinger = document.get("webfinger")
    published = as2.moment_of(document.get("published"))
    return Actor(
        id=id_,
        host=as2.host_of(id_),
        type=kind,
        preferred_name=name,
        webfinger=webfinger if isinstance(webfinger, str) else None,
        inbox=inbox,
        shared_inbox=_own(endpoints.get("sharedInbox"), id_),
        outbox=_own(document.get("outbox"), id_),
        followers=_own(document.get("followers"), id_),
        following=_own(document.get("following"), id_),
        featured=_own(document.get("featured"), id_),
        featured_tags=_own(document.get("featuredTags"), id_),
        key_id=key_id,
        public_pem=pem,
        url=_page(document.get("url")),
        display_name=_line(as2.text_of(document.get("name")), MOST_NAME),
        note_html=clean(as2.text_of(document.get("summary"))[:MOST_NOTE]),
        fields=_fields(document.get("attachment")),
        avatar_url=picture_of(document.get("icon")),
        header_url=picture_of(document.get("image")),
        locked=document.get("manuallyApprovesFollowers") is True,
        discoverable=document.get("discoverable") is True,
        indexable=document.get("indexable") is True,
        published=published if published is not None and EARLIEST <= published <= now() else None,
        also_known_as=[one for one in as2.ids_of(document.get("alsoKnownAs")) if as2.is_web(one)][:MOST_ALIASES],
        moved_to=_web(as2.id_of(document.get("movedTo"))),
        emojis=emojis_of(document.get("tag")),
    )


def picture_of(value: Any) -> str | None:
    """The address of an Image, a Link, or the first of several."""
    for one in as2.list_of(value):
        found = one
        if isinstance(one, Mapping):
            inner = as2.list_of(one.get("url") or one.get("href"))
            found = next((_href(link) for link in inner if _href(link)), None)
        if as2.is_web(found):
            return str(found)
    return None


def _key(value: Any, id_: str) -> tuple[str | None, str | None]:
    """(id, PEM) of the first key that is the actor's own and of its origin."""
    for one in as2.list_of(value):
        if not isinstance(one, Mapping):
            continue
        key_id, pem, owner = one.get("id"), one.get("publicKeyPem"), as2.id_of(one.get("owner"))
        if isinstance(key_id, str) and as2.same_origin(key_id, id_) and owner in (id_, None) and isinstance(pem, str):
            return (key_id, pem) if len(pem) <= MOST_PEM else (None, None)
    return None, None


def _own(value: Any, id_: str) -> str | None:
    """An address of the actor's own origin; others' are not believed."""
    found = as2.id_of(value)
    return found if found is not None and as2.same_origin(found, id_) else None


def _web(value: Any) -> str | None:
    return value if as2.is_web(value) else None


def _href(link: Any) -> Any:
    return link.get("href") or link.get("url") if isinstance(link, Mapping) else link


def _page(value: Any) -> str | None:
    """The profile's page: the first link to HTML, else the first address."""
    links = as2.list_of(value)
    html = [one for one in links if isinstance(one, Mapping) and one.get("mediaType") == "text/html"]
    return next((found for one in [*html, *links] if (found := _web(_href(one)))), None)


def _line(text: str, most: int) -> str:
    return display_name(to_plain(text[: most * 8]))[:most].strip()


def _fields(value: Any) -> list[ProfileField]:
    made: list[ProfileField] = []
    for one in as2.list_of(value):
        if not isinstance(one, Mapping) or as2.type_of(one, ("PropertyValue",)) is None:
            continue
        name = _line(as2.text_of(one.get("name")), MOST_FIELD_NAME)
        html = clean(as2.text_of(one.get("value"))[:MOST_FIELD])
        if name or html:
            made.append(ProfileField(name=name, value=to_plain(html), value_html=html))
    return made[:MOST_FIELDS]
