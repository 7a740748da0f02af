"""The pages that members have, and the live pages of events, on one screen."""

from __future__ import annotations

from torg.http import Routes
from torg.web import (
    acts,
    app_page,
    columns,
    completion,
    compose,
    compose_edit,
    compose_keep,
    counts,
    drafts,
    finding,
    held_notices,
    keyboard,
    letters,
    lists,
    live,
    live_direct,
    marked,
    notices,
    report,
    settings_filters,
    stream,
    ties,
)


def collections() -> list[Routes]:
    """One `Routes` per module; the order does not matter."""
    return [
        acts.routes,
        app_page.routes,
        columns.routes,
        completion.routes,
        compose.routes,
        counts.routes,
        compose_edit.routes,
        compose_keep.routes,
        drafts.routes,
        finding.routes,
        held_notices.routes,
        keyboard.routes,
        letters.routes,
        lists.routes,
        live.routes,
        live_direct.routes,
        marked.routes,
        notices.routes,
        report.routes,
        settings_filters.routes,
        stream.routes,
        ties.routes,
    ]
