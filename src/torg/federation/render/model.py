"""Nouns: what a rendered document needs beside the post or account itself."""

from __future__ import annotations

import msgspec

from torg.accounts.model import Account
from torg.emojis.model import Emoji
from torg.signing.model import FIRST_KEY


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a document comes from: the network's origin and host."""

    origin: str
    host: str


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """Another post, by its id and its author's."""

    uri: str
    author_uri: str


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What hangs on a post by its address. `replies`: some first ids of answers that anybody may read."""

    reply_to: Ref | None = None
    quote: Ref | None = None
    quote_authorization: str | None = None
    conversation: str
    context: str | None = None
    group: Account | None = None
    emojis: list[Emoji] = []
    replies: list[str] = []
    more_replies: bool = False


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """What an actor document says beside the account."""

    public_pem: str
    key_name: str = FIRST_KEY
    also_known_as: list[str] = []
    moved_to: str | None = None
    emojis: list[Emoji] = []
    tags: list[str] = []
