"""Who follows whom, when what is due, and times in buckets: the arithmetic that a rehearsal is judged by."""

from __future__ import annotations

import html
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torg.kernel.errors import Misused
from torg.rehearsal import climbing, crowd, drawing, histogram, result, tables
from torg.rehearsal.loads import LOADS, chosen
from torg.rehearsal.model import Load, Moment, Phase, Promise
from torg.rehearsal.result import Check
from torg.rehearsal.talking import Clockwork


@settings(deadline=None)
@given(st.integers(4, 200), st.integers(1, 60))
def test_followers_and_followed_are_each_others_inverse(people: int, followers: int) -> None:
    followers = min(followers, people // 2)
    pairs = {(reader, author) for author in range(people) for reader in crowd.followers_of(author, people, followers)}
    back = {(reader, author) for reader in range(people) for author in crowd.followed_by(reader, people, followers)}
    assert pairs == back
    assert len(pairs) == people * followers
    assert all(reader != author for reader, author in pairs)


@settings(deadline=None)
@given(st.integers(0, 10**10))
def test_a_time_is_in_its_bucket_within_two_percent(microseconds: int) -> None:
    floor = histogram.least(histogram.bucket(microseconds))
    assert floor <= microseconds <= floor * 1.016 + 1


def test_quantiles_are_of_all_parts_together() -> None:
    parts = [{histogram.bucket(1000): 98}, {histogram.bucket(64_000): 1, histogram.bucket(1000): 1}]
    total = histogram.merged(parts)
    assert histogram.quantile(total, 0.5) == 1.0
    assert histogram.quantile(total, 1.0) == 64.0
    assert histogram.quantile({}, 0.99) is None


def test_each_post_is_due_at_its_moment() -> None:
    clock = Clockwork(LOADS["castle"])
    load = LOADS["castle"]
    assert clock.posts(load.seconds) == pytest.approx(load.posts, abs=1)
    moments = [clock.moment(number) for number in range(load.posts)]
    assert moments == sorted(moments)
    burst = [at for at in moments if 10 <= at < 11]
    assert len(burst) == pytest.approx(25 * 229, abs=1)
    assert all(number <= clock.posts(at) + 1e-6 for number, at in enumerate(moments))


@settings(deadline=None)
@given(st.floats(0.05, 300), st.floats(-1, 30))
def test_a_post_is_sent_when_its_time_is_counted_from(rate: float, at: float) -> None:
    """Not when the next one is due: at a post every four seconds all would seem four seconds late."""
    load = msgspec.structs.replace(LOADS["castle"], phases=(Phase(10, rate), Phase(10, 3 * rate)))
    clock = Clockwork(load)
    due = clock.due(at)
    moments = [clock.moment(number) for number in range(load.posts)]
    assert all(moment <= at + 1e-6 for moment in moments[:due])
    assert all(moment >= at - 1e-6 for moment in moments[due:])


def test_a_load_is_changed_as_asked_for() -> None:
    small = chosen("election-2008", minutes=0.5, scale=0.1)
    assert (small.seconds, small.people, small.streams) == (30, 1000, 200)
    assert small.phases[0].posts_per_s == pytest.approx(22.9)
    assert small.about.endswith("(--minutes 0.5 --scale 0.1)"), "the picture says what it is of"
    assert chosen("castle").about == LOADS["castle"].about
    assert chosen("castle", rate=10).phases[1].posts_per_s == pytest.approx(250)
    with pytest.raises(Misused, match="There is no load 'election-1789'"):
        chosen("election-1789")
    with pytest.raises(Misused, match="--scale"):
        chosen("castle", scale=0)


def test_the_ceiling_is_the_last_step_before_the_first_that_was_not_held() -> None:
    load = chosen("ceiling", minutes=2 / 60)
    assert [phase.seconds for phase in load.phases] == [2.0] * len(load.phases)
    rates = [phase.posts_per_s for phase in load.phases]
    assert rates == sorted(rates)
    assert chosen("ceiling", rate=100).promise.climbed == 100

    def seen(second: int, p99: float = 20.0, share: float = 1.0) -> Moment:
        return Moment(second=second, posts=round(rates[second // 2] * share), post_p99=p99)

    whole = [seen(second) for second in range(6)]
    assert climbing.highest(climbing.steps(load, whole)) == rates[2]
    assert climbing.highest(climbing.steps(load, whole[:5])) == rates[1], "a step that was not finished is not held"
    slow = [*whole[:3], seen(3, p99=1001), *whole[4:]]
    assert climbing.highest(climbing.steps(load, slow)) == rates[0], "later ones do not count after that"
    assert climbing.highest(climbing.steps(load, [seen(0), seen(1, share=0.5)])) == 0
    late = climbing.steps(load, [seen(0, p99=300), seen(1, p99=300, share=0.8)])
    assert climbing.highest(late) == rates[0], "what is under way when a step ends was not too much for it"
    assert not climbing.steps(load, [seen(0), Moment(second=1, refused=1)])[0].held


def test_processor_time_of_a_post_counts_all_posts_and_all_seconds() -> None:
    load = msgspec.structs.replace(chosen("election-2012"), phases=(Phase(1, 10),))
    moments = [Moment(second=second, server_cpu=0.002, database_cpu=0.001, load_cpu=0.0005) for second in range(2)]
    seen = dict(tables.figures(result.Result(load=load, moments=moments, acknowledged=10)))
    assert seen["processor for each post"] == "server 0.40 ms, database 0.20 ms, load 0.10 ms"


LOAD = Load(name="x", about="", phases=(Phase(2, 1),), people=4, followers=1, promise=Promise(post_p99_ms=100))


def _seen(**changes: object) -> result.Result:
    kept = result.Result(
        load=LOAD, acknowledged=2, kept=2, posts={histogram.bucket(9000): 2},
        moments=[Moment(second=0, wanted=1, posts=1, post_p99=9.0), Moment(second=1, wanted=1, posts=1, post_p99=9.0)],
    )  # fmt: skip
    return msgspec.structs.replace(kept, **changes)


def test_a_kept_promise_is_kept() -> None:
    assert result.held(_seen())
    assert result.first_broken(_seen()).startswith("Nothing broke")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lost": [1]}, "acknowledged posts in the database"),
        ({"alive": False}, "the server stayed up"),
        ({"posts": {histogram.bucket(150_000): 2}}, "p99 of a post"),
        ({"further": [Check(name="the last one", promised="at once", seen="late", held=False)]}, "the last one"),
        ({"moments": [Moment(second=0, wanted=2, posts=1)]}, "posts acknowledged while the load lasted"),
        ({"load": msgspec.structs.replace(LOAD, streams=2), "short_streams": {1: (0, 1)}}, "streams that got"),
    ],
)
def test_each_broken_part_breaks_the_promise_and_is_named(changes: dict[str, object], said: str) -> None:
    assert not result.held(_seen(**changes))
    assert said in result.first_broken(_seen(**changes))


def test_the_earliest_is_what_broke_first() -> None:
    late = Moment(second=0, wanted=1, posts=1, post_p99=9.0)
    early = Moment(second=1, wanted=1, posts=1, post_p99=150.0)
    seen = _seen(moments=[late, early, Moment(second=2, errors=3)], posts={histogram.bucket(150_000): 2})
    assert "in second 1: p99 of a post" in result.first_broken(seen)


def test_a_single_post_is_drawn_by_when_it_came_to_the_timelines() -> None:
    drawn = drawing.picture(_seen(moments=[], arrivals=[0.1, 0.2, 0.2, 0.5]))
    assert "timelines that have the post, of 4" in drawn
    assert ">0.50 s<" in drawn
    assert drawn.count('<path class="a"') == 1


def test_what_broke_first_is_drawn_in_lines_that_fit() -> None:
    seen = _seen(posts={histogram.bucket(150_000): 2}, others=64.0, moments=[])
    lines = re.findall(r'class="broken">([^<]*)<', drawing.picture(seen))
    assert " ".join(lines) == html.escape(result.first_broken(seen))
    assert len(lines) > 1
    assert max(map(len, lines)) <= drawing.LINE


def test_a_busy_machine_makes_the_verdict_doubtful() -> None:
    broken = {"posts": {histogram.bucket(150_000): 2}}
    assert "Other programs" not in result.first_broken(_seen(**broken, others=0.0))
    assert "Other programs took 64.0 of" in result.first_broken(_seen(**broken, others=64.0, moments=[]))
