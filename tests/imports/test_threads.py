"""The order in which an import writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from torg.imports.model import ImportedPost
from torg.imports.threads import in_order

START = datetime(2008, 9, 27, tzinfo=UTC)


def post(key: int, minute: int, parent: int | None = None) -> ImportedPost:
    return ImportedPost(
        source_key=str(key),
        author_handle="anna",
        author_name="Anna",
        text="x",
        time=START + timedelta(minutes=minute),
        line=key,
        reply_to_key=None if parent is None else str(parent),
    )


def keys(posts: list[ImportedPost]) -> list[str]:
    return [item.source_key for item in in_order(posts)]


def test_by_time_then_as_in_the_file_and_parents_first() -> None:
    assert keys([post(1, 5), post(2, 3), post(3, 3), post(4, 1)]) == ["4", "2", "3", "1"]
    assert keys([post(1, 3, parent=2), post(2, 3), post(3, 3)]) == ["2", "1", "3"]
    assert keys([post(1, 3, parent=9), post(2, 3)]) == ["1", "2"]


def test_replies_in_a_circle_are_all_kept() -> None:
    assert sorted(keys([post(1, 1, parent=2), post(2, 2, parent=1), post(3, 3, parent=3)])) == ["1", "2", "3"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=40))
def test_nothing_is_lost_and_no_parent_comes_late(rows: list[tuple[int, int]]) -> None:
    posts = [post(n, minute, parent if parent < n else None) for n, (minute, parent) in enumerate(rows)]
    order = keys(posts)
    assert sorted(order) == sorted(item.source_key for item in posts)
    for item in posts:
        if item.reply_to_key in order:
            assert order.index(item.reply_to_key) < order.index(item.source_key)
