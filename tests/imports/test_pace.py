"""When posts are due in a replay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from torg.imports.model import ImportedPost
from torg.imports.pace import due

START = datetime(2008, 9, 27, 1, tzinfo=UTC)


def posts(*seconds: float) -> list[ImportedPost]:
    return [
        ImportedPost(
            source_key=str(n),
            author_handle="anna",
            author_name="",
            text="x",
            time=START + timedelta(seconds=second),
            line=n,
        )
        for n, second in enumerate(seconds)
    ]


def test_own_times_scaled() -> None:
    assert due(posts(0, 30, 90, 91.5), 60) == [0.0, 0.5, 1.5, 1.525]
    assert due(posts(0, 30), 0) == [0.0, 0.0]
    assert due([], 60) == []


def test_posts_of_a_minute_are_spread_over_it() -> None:
    assert due(posts(0, 0, 60, 60, 60, 180), 60) == pytest.approx([0.0, 0.5, 1.0, 4 / 3, 5 / 3, 3.0])


def test_a_reply_before_its_parents_time_waits_for_the_parent() -> None:
    assert due(posts(0, 90, 30, 91), 60) == [0.0, 1.5, 1.5, 1.5 + 1 / 60]
