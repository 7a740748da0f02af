"""When the ladder climbs and when it comes down, figure by figure and second by second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from torg.kernel import pressures
from torg.surge import rules
from torg.surge.model import Figures, Ladder, Rung

START = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
RISE, FALL = timedelta(seconds=6), timedelta(seconds=30)
STEPS = pressures.STEPS


def seen(ladder: Ladder, seconds: float, **figures: float) -> Ladder:
    """The ladder after a look so many seconds after the start."""
    at = START + timedelta(seconds=seconds)
    return rules.moved(ladder, figures, at, STEPS, rise=RISE, fall=FALL)


def test_each_measure_leads_where_its_steps_say() -> None:
    assert rules.called_for({}, STEPS) == (Rung.CALM, "")
    assert rules.called_for({"relay_s": 4.9}, STEPS)[0] is Rung.CALM
    assert rules.called_for({"relay_s": 5}, STEPS) == (Rung.COUNTS, "relay_s 5 ≥ 5")
    assert rules.called_for({"relay_s": 25, "loop_ms": 300}, STEPS) == (Rung.SEARCH, "relay_s 25 ≥ 20")
    assert rules.called_for({"jobs_s": 9e9}, STEPS)[0] is Rung.CARDS, "work that is late never thins streams"


def test_it_climbs_a_rung_at_a_time_when_a_figure_stays_high() -> None:
    ladder = Ladder(since=START)
    rungs = []
    for second in range(0, 30, 2):
        ladder = seen(ladder, second, relay_s=100)
        rungs.append(ladder.rung)
    assert rungs == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_a_moment_of_pressure_changes_nothing() -> None:
    ladder = Ladder(since=START)
    for second in range(0, 60, 2):
        high = second % 6 != 4
        ladder = seen(ladder, second, loop_ms=5_000 if high else 0)
        assert ladder.rung == 0


def test_it_comes_down_slower_and_only_well_below() -> None:
    ladder = Ladder(rung=2, since=START)
    for second in range(0, 300, 2):
        ladder = seen(ladder, second, relay_s=6)
        assert ladder.rung == 2, "below the step of the rung, but above half of it"
    ladder = seen(ladder, 300, relay_s=3)
    ladder = seen(ladder, 329, relay_s=3)
    assert ladder.rung == 2
    ladder = seen(ladder, 330, relay_s=3)
    assert ladder.rung == 1
    for second in range(331, 600):
        ladder = seen(ladder, second, relay_s=3)
    assert ladder.rung == 1, "half of five is two and a half"
    for second in range(600, 632):
        ladder = seen(ladder, second)
    assert ladder.rung == 0


def test_what_was_noted_before_a_stop_moves_nothing_after_it() -> None:
    up = seen(Ladder(since=START), 0, relay_s=100)
    assert seen(up, 3_600, relay_s=100).rung == 0
    down = seen(Ladder(rung=1, since=START), 0)
    assert seen(down, 3_600).rung == 1


def test_the_hold_goes_before_and_the_measuring_goes_on() -> None:
    ladder = Ladder(since=START, held=Rung.SEARCH)
    for second in range(0, 8, 2):
        ladder = seen(ladder, second, relay_s=5)
    assert [ladder.rung, ladder.shown, rules.settled(ladder).shown] == [1, 3, 1]
    assert Ladder(rung=3, held=Rung.CALM, since=START).shown is Rung.CALM


def test_of_several_processes_the_worst_counts() -> None:
    figures: list[Figures] = [{"loop_ms": 10, "pool_ms": 300}, {"loop_ms": 400}]
    assert rules.together(figures) == {"loop_ms": 400, "pool_ms": 300}
    assert not rules.worth_telling({"relay_s": 2.4}, STEPS)
    assert rules.worth_telling({"relay_s": 2.5}, STEPS)


def test_a_setting_changes_what_it_names() -> None:
    read = pressures.read("relay_s=1/2/3/4, jobs_s=0/0/0/0")
    assert list(read["relay_s"]) == [1, 2, 3, 4]
    assert read["loop_ms"] == STEPS["loop_ms"]
    assert rules.called_for({"jobs_s": 9e9}, read)[0] is Rung.CALM
    assert pressures.read(pressures.written(read)) == read


@pytest.mark.parametrize("wrong", ["relay_s=1", "nothing=1/2/3/4", "relay_s=4/3/2/1", "relay_s", "relay_s=a/b/c/d"])
def test_a_setting_that_says_nothing_sensible_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"steps|form"):
        pressures.read(wrong)
