"""Nouns of media: an attachment with its state, and what a worker hands back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Kind(StrEnum):
    """MediaAttachment's `type`; gifv is a film without sound that clients loop."""

    IMAGE = "image"
    GIFV = "gifv"
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"


class State(StrEnum):
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One file of one account, loose (`post_id` None) or on a post.

    `size` in bytes and `mime` are those of the stored original; keys are blob keys, None while there is no such file.
    One with a `remote_url` is another server's: its keys are those of our copy, if any. `rejected`: not shown.
    `meta` is Mastodon's (docs: entities/MediaAttachment#meta) without `focus`, which has its own columns.
    """

    org_id: int
    network_id: int
    id: int
    account_id: int
    post_id: int | None = None
    message_id: int | None = None
    position: int = 0
    kind: Kind = Kind.UNKNOWN
    state: State = State.PROCESSING
    description: str | None = None
    focus_x: float | None = None
    focus_y: float | None = None
    blurhash: str | None = None
    meta: dict[str, Any] = msgspec.field(default_factory=dict)
    token: str = ""
    source_key: str | None = None
    original_key: str | None = None
    preview_key: str | None = None
    own_thumbnail: bool = False
    mime: str | None = None
    size: int = 0
    error: str | None = None
    file_name: str | None = None
    remote_url: str | None = None
    remote_preview_url: str | None = None
    rejected: bool = False
    created_at: datetime

    @property
    def is_loose(self) -> bool:
        """Whether nothing has it yet."""
        return self.post_id is None and self.message_id is None

    @property
    def keys(self) -> tuple[str, ...]:
        """All blobs of this attachment."""
        return tuple(key for key in (self.source_key, self.original_key, self.preview_key) if key)


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A stored avatar, header or emoji: the key to show, and that of a still one (the same if it does not move)."""

    key: str
    static_key: str
    mime: str
    width: int
    height: int
    blurhash: str | None = None


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a key is served as: the type comes from here and never from a name or a sender."""

    org_id: int
    network_id: int
    key: str
    mime: str
    size: int
    purpose: str
    account_id: int | None = None


class Output(msgspec.Struct, frozen=True):
    """A file that a worker made: its name in the folder given to it, and its type."""

    name: str
    mime: str


class Processed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file: cleaned outputs and all that is known of them."""

    kind: Kind
    original: Output
    preview: Output | None = None
    static: Output | None = None
    meta: dict[str, Any] = msgspec.field(default_factory=dict)
    blurhash: str | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is asked: make `purpose` of the file at `path`, writing into the folder `into`."""

    purpose: str
    path: str
    into: str
    seconds: int


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's reply: the result, or a refusal to show to the sender, or a defect for the log."""

    done: Processed | None = None
    refused: str | None = None
    defect: str | None = None
