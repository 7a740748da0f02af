"""Every edge's routes, on one screen."""

from __future__ import annotations

from torg.http import Routes
from torg.mastodon_api import (
    conversations,
    filters,
    filters_v1,
    media,
    polls,
    scheduled,
    status_marks,
    status_parts,
    statuses,
    streaming,
    timelines,
)
from torg.web import files


def collections() -> list[Routes]:
    """One `Routes` per module; the order does not matter."""
    return [
        files.routes,
        media.routes,
        conversations.routes,
        filters.routes,
        filters_v1.routes,
        polls.routes,
        scheduled.routes,
        status_marks.routes,
        status_parts.routes,
        statuses.routes,
        streaming.routes,
        timelines.routes,
    ]
