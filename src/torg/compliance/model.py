"""Nouns: a legal hold and its draft; a compliance export, what it is cut to, and what has been written of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

HoldKind = Literal["person", "group", "tag", "network", "search"]
ExportState = Literal["waiting", "running", "ready", "failed", "expired"]


class HoldDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What to hold; of `account_id`, `group_id`, `tag` and `expression` the one that the kind asks for."""

    name: str
    kind: HoldKind
    reason: str = ""
    account_id: int | None = None
    group_id: int | None = None
    tag: str | None = None
    expression: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold. It binds from `starts_at` until `released_at` or `ends_at`, whichever comes first."""

    id: int
    network_id: int
    name: str
    reason: str
    kind: HoldKind
    account_ids: list[int]
    group_id: int | None
    tag: str | None
    expression: str | None
    starts_at: datetime
    ends_at: datetime | None
    released_at: datetime | None
    created_by: int
    created_at: datetime


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what was deleted a hold keeps."""

    posts: int
    messages: int
    media: int


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """What an export holds: everything between two moments, of these accounts, in these groups. Empty: all."""

    since: datetime | None = None
    until: datetime | None = None
    account_ids: list[int] = []
    group_ids: list[int] = []


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """An export asked for through the API; `done` of `total` records."""

    id: int
    params: Cut
    state: ExportState
    done: int
    total: int
    digest: str | None
    size: int | None
    error: str | None
    created_by: int
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


class Written(msgspec.Struct, kw_only=True):
    """What is on disk of one file, and certainly so."""

    bytes: int = 0
    records: int = 0


class State(msgspec.Struct, kw_only=True):
    """How far an export is: beside the files until the manifest takes its place."""

    network_id: int
    host: str
    cut: Cut
    last: int  # ids above were made after the export began
    started_at: datetime
    total: int
    done: int = 0
    section: int = 0
    after: int = 0
    files: dict[str, Written] = {}


class ManifestFile(msgspec.Struct, frozen=True, kw_only=True):
    """`records`: lines of a .jsonl file; 1 for others."""

    name: str
    bytes: int
    records: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an export consists of. `digest`: SHA-256 over a line `sha256  name` for each file, in their order."""

    format: str
    version: int
    host: str
    network_id: str
    cut: Cut
    started_at: datetime
    finished_at: datetime
    records: int
    files: list[ManifestFile]
    digest: str
