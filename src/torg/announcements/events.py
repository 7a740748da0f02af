"""What happens to announcements; everybody's streams are told."""

from __future__ import annotations

from torg.kernel.events import Event


class AnnouncementPublished(Event, frozen=True, kw_only=True):
    """Readable from now on, or changed."""

    announcement_id: int


class AnnouncementWithdrawn(Event, frozen=True, kw_only=True):
    """Deleted, or taken back by an administrator."""

    announcement_id: int


class AnnouncementReacted(Event, frozen=True, kw_only=True):
    """An answer came or went; `count` is what there is of this emoji since."""

    announcement_id: int
    name: str
    count: int
