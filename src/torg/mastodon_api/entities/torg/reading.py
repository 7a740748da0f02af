"""Read state: marks and counts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import Datetime, Entity, Id

Where = Annotated[str, Meta(pattern=r"^(home|notifications|group|thread|conversation)$")]


class HomeFeed(Entity, kw_only=True):
    """What stands in one's home: what colleagues write to all, or what one follows. `chosen`: by oneself."""

    feed: Annotated[str, Meta(pattern=r"^(company|followed)$")]
    chosen: bool


class ReadMark(Entity, kw_only=True):
    """How far something has been read. `id`: the group's, thread's or conversation's, null for a timeline."""

    place: Where
    id: Id | None
    last_read_id: Id
    updated_at: Datetime


class ReadMoved(Entity, kw_only=True):
    """Stream event `read`: a mark was moved on another device."""

    place: Where
    id: Id | None
    last_read_id: Id


class NewCount(Entity, kw_only=True):
    """At most 100; `more`: there are more."""

    count: int
    more: bool


class UnreadGroup(NewCount, kw_only=True):
    """New posts of a group; `last_read_id` null if it was never read."""

    group_id: Id
    last_read_id: Id | None


class UnreadThread(NewCount, kw_only=True):
    """New posts in the thread of the post `id`."""

    id: Id


class Unread(Entity, kw_only=True):
    """What is new for the caller. Groups without anything new are left out; `threads`: those asked for."""

    home: NewCount
    notifications: NewCount
    conversations: NewCount
    must_see: NewCount
    groups: list[UnreadGroup]
    threads: list[UnreadThread]
