"""Nouns of link cards: what is shown, what a page said, and how a fetch of one ended."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class CardType(StrEnum):
    """PreviewCard's `type` (docs: entities/PreviewCard)."""

    LINK = "link"
    PHOTO = "photo"
    VIDEO = "video"
    RICH = "rich"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says of itself. Texts are plain text, empty when unknown; sizes in pixels, 0 when unknown.

    `html` is empty or an iframe of our own making. `author_handle` is what `fediverse:creator` claims, as
    user@host: a claim of the page until it is checked.
    """

    title: str = ""
    description: str = ""
    type: CardType = CardType.LINK
    language: str | None = None
    author_name: str = ""
    author_url: str = ""
    author_handle: str = ""
    provider_name: str = ""
    provider_url: str = ""
    html: str = ""
    embed_url: str = ""
    width: int = 0
    height: int = 0
    image_description: str = ""
    published_at: datetime | None = None


class Card(Facts, frozen=True, kw_only=True):
    """A card that can be shown. `image_key` is the blob key of our copy of the picture."""

    id: int
    url: str
    image_key: str | None = None
    blurhash: str | None = None
    stated_by: str = ""
    """The host of the server that says so of a page that we have not asked; '' for what the page said to us."""


class Preview(Facts, frozen=True, kw_only=True):
    """A page's facts before its picture is fetched. Addresses are absolute and http or https."""

    image_url: str | None = None
    oembed_url: str | None = None


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What a post's own server says of a page that it links to. `stated_by`: that server's host."""

    url: str
    title: str
    description: str = ""
    stated_by: str


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A job's payload: the post that needs its card, and the links in its text."""

    post_id: int
    links: list[str]


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A card's row as one finds it: `mine` if it is now ours to fetch, `busy` if somebody else is at it."""

    id: int
    mine: bool
    ready: bool
    busy: bool
    old_image_key: str | None = None


class Outcome(StrEnum):
    """How the job for a post's card ended. BUSY: somebody else fetches this page; look again in a while."""

    NONE = "none"
    SHOWN = "shown"
    FAILED = "failed"
    BUSY = "busy"
