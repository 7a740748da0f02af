"""Side-threads: a public thread with what colleagues say beside it."""

from __future__ import annotations

from torg.mastodon_api.entities.base import Datetime, Entity, Id
from torg.mastodon_api.entities.status import Status
from torg.mastodon_api.entities.thread import Context


class SideDiscussion(Entity, kw_only=True):
    """One discussion inside: of everybody, or of one of the viewer's groups. `root_id`: its first status."""

    id: Id
    public_thread_id: Id
    group_id: Id | None
    root_id: Id | None
    public_text: str
    public_acct: str
    colleagues_count: int
    statuses_count: int
    last_status_at: Datetime | None
    created_at: Datetime


class SideThread(Entity, kw_only=True):
    """A public thread, as anybody reads it, and the inside beside it. `public_deleted`: only the inside is left.

    `context.descendants` are the inside statuses, `context.ancestors` always empty.
    """

    public_thread_id: Id
    public_deleted: bool
    public: list[Status]
    discussions: list[SideDiscussion]
    context: Context
    colleagues_count: int
    statuses_count: int


class SideCount(Entity, kw_only=True):
    """How many colleagues discuss a public post's thread, for who sees it from inside."""

    public_status_id: Id
    colleagues_count: int
    statuses_count: int
