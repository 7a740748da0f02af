"""Nouns: what an actor document says, cleaned; and the row that keeps what accounts have no place for."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from torg.accounts.model import ProfileField

ActorType = Literal["Person", "Service", "Application", "Organization", "Group"]
ACTOR_TYPES: tuple[ActorType, ...] = ("Person", "Service", "Application", "Organization", "Group")


class RemoteActor(msgspec.Struct, frozen=True, kw_only=True):
    """A row of remote_actors. `host`: of the actor's id, with its port; the handle's may be another."""

    account_id: int
    host: str
    type: ActorType
    inbox: str
    shared_inbox: str | None
    outbox: str | None
    followers: str | None
    following: str | None
    featured: str | None
    featured_tags: str | None
    key_id: str | None
    public_pem: str | None
    avatar_url: str | None
    header_url: str | None
    also_known_as: list[str]
    moved_to: str | None
    preferred_name: str
    fetched_at: datetime
    key_fetched_at: datetime


class Emoji(msgspec.Struct, frozen=True):
    """A custom emoji that a document brings along; `shortcode` without colons."""

    shortcode: str
    url: str
    updated: datetime | None


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """An actor document, read and cleaned; every address in it is one of the web."""

    id: str
    host: str
    type: ActorType
    preferred_name: str
    webfinger: str | None
    inbox: str
    shared_inbox: str | None
    outbox: str | None
    followers: str | None
    following: str | None
    featured: str | None
    featured_tags: str | None
    key_id: str | None
    public_pem: str | None
    url: str | None
    display_name: str
    note_html: str
    fields: list[ProfileField]
    avatar_url: str | None
    header_url: str | None
    locked: bool
    discoverable: bool
    indexable: bool
    published: datetime | None
    also_known_as: list[str]
    moved_to: str | None
    emojis: list[Emoji]

    @property
    def bot(self) -> bool:
        return self.type in ("Service", "Application")
