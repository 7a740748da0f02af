"""Nouns: a post of another server as its object tells it, before anything of it is looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from torg.cards.model import Stated
from torg.media.remote import RemoteFile
from torg.posts.model import QuotePolicy
from torg.posts.received import PollReceived

Addressing = Literal["public", "unlisted", "followers", "named"]


class MentionRead(msgspec.Struct, frozen=True):
    href: str
    name: str


class NoteRead(msgspec.Struct, frozen=True, kw_only=True):
    """What an object says of itself, cleaned and capped.

    `addressed` are all ids in to, cc and audience but everybody and the author's followers; `html` is safe to show.
    """

    uri: str
    author: str
    type: str
    url: str | None
    html: str
    plain: str
    spoiler: str
    sensitive: bool
    language: str | None
    published: datetime | None
    updated: datetime | None
    parent: str | None
    addressing: Addressing
    addressed: Sequence[str] = ()
    mentions: Sequence[MentionRead] = ()
    tags: Sequence[tuple[str, str]] = ()
    emojis: Mapping[str, tuple[str, datetime | None]] = {}
    files: Sequence[RemoteFile] = ()
    links: Sequence[str] = ()
    preview: Stated | None = None
    poll: PollReceived | None = None
    vote: str | None = None
    quote: str | None = None
    quote_authorization: str | None = None
    quote_policy: QuotePolicy = "nobody"
    replies: str | None = None
    context: str | None = None
    likes: int | None = None
    shares: int | None = None


Document = Mapping[str, Any]
