"""Figures become curves and words: processes put together, gaps kept, zeros of networks counted, troubles told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from torg.health import rules
from torg.health.meter import KEPT, MOST_NAMES, Meter
from torg.health.model import BY_NAME, SPANS
from torg.health.store import Row
from torg.kernel.errors import Misused

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
HOURS, DAY = SPANS[0], SPANS[1]


def row(name: str, minutes_ago: int, mean: float, *, process: int = 0, minutes: int = 1) -> Row:
    at = NOW - timedelta(minutes=minutes_ago)
    return Row(name=name, process=process, minutes=minutes, at=at, mean=mean, most=mean)


def test_what_a_process_did_not_write_is_a_gap_and_a_network_was_at_zero() -> None:
    found = rules.curve(BY_NAME["memory"], [row("memory", 20, 100)], HOURS, NOW)
    assert [point.mean for point in found.known] == [100]
    assert len(found.points) == 91
    quiet = rules.curve(BY_NAME["posts"], [row("posts", 20, 6)], HOURS, NOW)
    assert len(quiet.known) == 91
    assert [point.mean for point in quiet.points if point.mean] == [3], "six in one of two minutes"
    assert quiet.peak == 6


@pytest.mark.parametrize(
    ("name", "together"), [("requests", 30), ("answer_p99", 20), ("answer_p50", 15), ("disk_free", 10)]
)
def test_processes_are_put_together(name: str, together: float) -> None:
    rows = [row(name, 10, 10, process=1), row(name, 10, 20, process=2)]
    assert rules.curve(BY_NAME[name], rows, HOURS, NOW).now == together


def test_thinned_rows_count_for_their_time() -> None:
    rows = [row("posts", 20, 5, minutes=10), row("posts", 30, 1, minutes=10)]
    found = rules.curve(BY_NAME["posts"], rows, DAY, NOW)
    assert [point.mean for point in found.points if point.mean] == [1, 5]


def test_where_there_are_several_organisations_only_wellness_is_shown() -> None:
    assert rules.visible("answer_p99", alone=False)
    assert not rules.visible("requests", alone=False)
    assert not rules.visible("rehearsed_posts", alone=False)
    assert rules.visible("rehearsed_posts", alone=True)


def test_troubles_say_what_and_what_to_do() -> None:
    network = {name: row(name, 1, 3) for name in ("jobs_failed", "deliveries_failed")}
    network["events_late"] = row("events_late", 1, 90)
    processes = {"disk_free": 100.0, "memory_free": 50.0, "error_share": 2.0, "answer_p99": 2000.0, "relay_late": 61.0}
    found = rules.troubles(NOW, network, {**processes, "work_late": 400.0})
    assert len(found) == 9
    assert [one.grave for one in found] == [True] * 5 + [False] * 4
    assert all(one.advice for one in found)
    assert rules.troubles(NOW, {"jobs_failed": row("jobs_failed", 60, 3)}, {"disk_free": 9000.0}) == [], "long ago"
    assert [one.grave for one in rules.troubles(NOW, {}, {})] == [True], "nobody writes"
    assert rules.troubles(NOW, {}, None) == [], "nothing may be seen"


def test_a_process_counts_its_answers() -> None:
    meter = Meter()
    for n in range(100):
        meter.answered(500 if n == 7 else 200, n / 1000)
    meter.record("rehearsed_posts", 2)
    meter.record("rehearsed_posts", 4)
    expected = {
        "requests": (50, 50),
        "errors": (0.5, 0.5),
        "error_share": (1, 1),
        "answer_p50": (50, 50),
        "answer_p99": (99, 99),
        "rehearsed_posts": (3, 4),
    }
    assert meter.take(2.0) == expected
    assert set(meter.take()) == {"requests", "errors"}, "counting begins anew"


def test_a_process_keeps_no_more_than_it_should() -> None:
    meter = Meter()
    for n in range(KEPT + 10):
        meter.answered(200, float(n))
    for n in range(MOST_NAMES + 10):
        meter.record(f"figure_{n}", 1)
    taken = meter.take()
    assert taken["answer_p50"][0] == 1000.0 * (KEPT / 2 + 10), "of the latest"
    assert len([name for name in taken if name.startswith("figure")]) == MOST_NAMES
    with pytest.raises(Misused):
        meter.record("Not a name", 1)
