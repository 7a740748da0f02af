"""The pages that a member has, on one screen."""

from __future__ import annotations

from torg.http import Routes
from torg.web import acts, compose, finding, letters, lists, marked, notices, report, ties


def collections() -> list[Routes]:
    """One `Routes` per module; the order does not matter."""
    return [
        acts.routes,
        compose.routes,
        finding.routes,
        letters.routes,
        lists.routes,
        marked.routes,
        notices.routes,
        report.routes,
        ties.routes,
    ]
