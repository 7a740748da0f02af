"""What the streaming server sends."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import UNSET, Entity, Id, Maybe

EventName = Annotated[
    str,
    Meta(
        pattern=r"^(update|delete|notification|filters_changed|conversation|announcement|announcement\.reaction"
        r"|announcement\.delete|status\.update|notifications_merged)$"
    ),
]


class StreamEvent(Entity, kw_only=True):
    """A WebSocket frame: `stream` is name and argument; `payload` is JSON in a string, or a bare id for deletions."""

    stream: list[str]
    event: EventName
    payload: Maybe[str] = UNSET


class StreamError(Entity, kw_only=True):
    """The answer to a bad frame; the socket stays open."""

    error: str
    status: int


class AnnouncementReactionEvent(Entity, kw_only=True):
    """Payload of `announcement.reaction`."""

    name: str
    count: int
    announcement_id: Id
