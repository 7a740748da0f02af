"""Nouns: which feed is wanted, and what is in it, in no format yet."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal
from urllib.parse import quote, urlencode

import msgspec

Kind = Literal["network", "account", "replies", "tag", "search"]


class Format(StrEnum):
    """RSS 2.0, Atom (RFC 4287), JSON Feed 1.1. The value is the ending of the address."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "feed.json"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Format.RSS: "application/rss+xml",
    Format.ATOM: "application/atom+xml",
    Format.JSON: "application/feed+json",
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A feed: `name` is a handle, a tag's name or the words of a search; of an account with or without its replies."""

    kind: Kind
    name: str = ""
    format: Format = Format.RSS

    @property
    def path(self) -> str:
        """Its one address below the origin; a search's with the query."""
        match self.kind:
            case "network":
                return f"/feed.{'json' if self.format is Format.JSON else self.format}"
            case "account":
                return f"/@{quote(self.name)}.{self.format}"
            case "replies":
                return f"/@{quote(self.name)}/with_replies.{self.format}"
            case "tag":
                return f"/tags/{quote(self.name, safe='')}.{self.format}"
            case "search":
                return f"/search.{self.format}?{urlencode({'q': self.name})}"

    @property
    def home(self) -> str:
        """The page that shows the same."""
        match self.kind:
            case "network":
                return "/"
            case "account" | "replies":
                return f"/@{quote(self.name)}"
            case "tag":
                return f"/tags/{quote(self.name, safe='')}"
            case "search":
                return "/"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    acct: str
    url: str
    avatar: str | None = None


class Enclosure(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a post. `medium`: image, video or audio; `seconds` of film and sound."""

    url: str
    mime: str
    size: int
    medium: str
    description: str = ""
    width: int | None = None
    height: int | None = None
    seconds: int | None = None


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The post that another answers (RFC 4685)."""

    uri: str
    url: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A post in a feed. `uri` is its ActivityPub id; `by` boosted what `author` wrote, which lives at `via`."""

    uri: str
    url: str
    title: str
    html: str
    text: str
    warning: str
    sensitive: bool
    author: Person
    by: Person | None
    via: str | None
    published: datetime
    updated: datetime
    language: str | None
    tags: list[tuple[str, str]]
    enclosures: list[Enclosure]
    answers: Answered | None


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed, or an older part of it (`archive`). All addresses are whole. `hub` is None where none tells of news."""

    wanted: Wanted
    url: str
    shown: str
    home: str
    title: str
    description: str
    language: str
    icon: str | None
    author: Person | None
    updated: datetime
    entries: list[Entry]
    hub: str | None
    older: str | None
    newer: str | None
    archive: bool
