"""What a reader yields: a post as its source tells it, or a record that was refused and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

import msgspec


class ImportedMedia(msgspec.Struct, frozen=True):
    """A file that belongs to a post. `opener` gives a fresh binary stream each time it is called."""

    file_name: str
    opener: Callable[[], BinaryIO]
    media_type: str | None = None
    description: str | None = None


class ImportedPoll(msgspec.Struct, frozen=True):
    """A poll's options with the votes counted so far; `ends_at` None when the source does not tell."""

    options: tuple[str, ...]
    votes: tuple[int, ...]
    multiple: bool = False
    ends_at: datetime | None = None


class ImportedPost(msgspec.Struct, frozen=True, kw_only=True):
    """One post of a source.

    `source_key` is the source's own id and unique within it. `author_handle` is the spelling that stands in the
    source, not yet a handle of ours; `author_name` may be empty. `text` is the source text, unchanged.
    `time` is timezone-aware.
    `visibility` is `public`, `unlisted` or `private`; `line` is where the record starts, from 1.
    `lacking` names attached files that the source speaks of and does not hold.
    """

    source_key: str
    author_handle: str
    author_name: str
    author_email: str | None = None
    text: str
    time: datetime
    line: int
    reply_to_key: str | None = None
    reply_to_handle: str | None = None
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    visibility: str = "public"
    url: str | None = None
    tags: tuple[str, ...] = ()
    media: tuple[ImportedMedia, ...] = ()
    lacking: tuple[str, ...] = ()
    poll: ImportedPoll | None = None


class ImportedBoost(msgspec.Struct, frozen=True, kw_only=True):
    """A boost of a post that is in the same source."""

    source_key: str
    author_handle: str
    target_key: str
    time: datetime
    line: int


class Refused(msgspec.Struct, frozen=True):
    """A record that does not become a post, where it stands, and the reason as a sentence for a person.

    Also used for what is left out of a post that did come in. Line 0 is the source as a whole.
    """

    line: int
    key: str | None
    reason: str


class ImportedProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Whose archive it is: the one account that every post of an archive belongs to."""

    handle: str
    name: str
    note: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    email: str | None = None
    created_at: datetime | None = None
    locked: bool = False
    avatar: ImportedMedia | None = None
    header: ImportedMedia | None = None


Record = ImportedPost | ImportedBoost | Refused
