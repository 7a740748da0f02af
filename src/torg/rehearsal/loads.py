"""The named loads and what is promised of each, as one table."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from torg.kernel.errors import Misused
from torg.rehearsal.model import Load, Phase, Promise

PEAK_2008 = 229.0
"""Posts per second: Twitter's record of the night of 4 November 2008."""
PEAK_2012 = 5458.0
"""327,452 posts in a minute."""
PEAK_2013 = 143_199.0
FOLLOWERS = 126
STEPS = (500, 1000, 1500, 1900, 10 * PEAK_2008, 2600, 3000, 3500, 4000, 4700, PEAK_2012)
"""Posts per second of `ceiling`, one after the other."""

LOADS: Mapping[str, Load] = {
    load.name: load
    for load in (
        Load(
            name="election-2008",
            about="229 posts/s for ten minutes, 126 followers each, 2,000 open streams, 10 timeline reads per post",
            phases=(Phase(600, PEAK_2008),),
            people=10_000,
            followers=FOLLOWERS,
            streams=2000,
            reads_per_post=10,
            promise=Promise(post_p99_ms=100, timeline_lag_s=1, stream_lag_s=1, drained_s=5, refusals=False),
        ),
        Load(
            name="election-2012",
            about="5,458 posts/s for a minute; nothing acknowledged is lost",
            phases=(Phase(60, PEAK_2012),),
            people=10_000,
            followers=FOLLOWERS,
            promise=Promise(timeline_lag_s=5, drained_s=60),
        ),
        Load(
            name="ceiling",
            about="posts without readers, more and more of them, until one second's p99 is above a second",
            phases=tuple(Phase(8, rate) for rate in STEPS),
            people=10_000,
            followers=FOLLOWERS,
            climbs=True,
            promise=Promise(climbed=10 * PEAK_2008, rate_share=None, drained_s=60),
        ),
        Load(
            name="castle",
            about="25 times the steady 229 posts/s for one second, then drained (August 2013: 143,199 against 5,700)",
            phases=(Phase(10, PEAK_2008), Phase(1, 25 * PEAK_2008), Phase(20, PEAK_2008)),
            people=10_000,
            followers=FOLLOWERS,
            streams=200,
            reads_per_s=50,
            promise=Promise(drained_s=20),
        ),
        Load(
            name="gaga",
            about="a post by an author with 1,000,000 followers is in all their home timelines within a second",
            phases=(Phase(1, 1),),
            people=1_000_000,
            followers=1,
            star=True,
            history=0,
            promise=Promise(timeline_lag_s=1, rate_share=None),
        ),
        Load(
            name="reads",
            about="2,290 home timelines a second, with a few posts that change them",
            phases=(Phase(60, 5),),
            people=10_000,
            followers=FOLLOWERS,
            reads_per_s=10 * PEAK_2008,
            promise=Promise(read_p99_ms=100, timeline_lag_s=1, drained_s=5, refusals=False),
        ),
    )
}


WITH_SOURCE: Mapping[str, tuple[str, str, str, int]] = {
    "exodus": (
        "100,000 deliveries to other servers, 20 % of the hosts dead: live ones do not wait",
        "bench.exodus", "--deliveries", 100_000,
    ),
    "preview-herd": (
        "one link in 2,000 posts of 200 networks: our side asks the page once",
        "bench.preview_herd", "--posts", 2000,
    ),
}  # fmt: skip
"""Loads of the world outside, which a copy must not call: they bring their own servers and come with the source.

Name → (what it is, module, option of its size, size).
"""


def chosen(
    name: str,
    *,
    minutes: float | None = None,
    rate: float | None = None,
    scale: float = 1.0,
    streams: int | None = None,
    p99: float | None = None,
) -> Load:
    """The load by its name, changed as asked for. Misused for a name or a number that will not do.

    `minutes` sets the length of the longest phase, `rate` its posts per second (the others keep their proportion); of a
    load that climbs, the length of each step and the posts per second of the highest. `scale` multiplies rates, people
    and streams; `p99` is what is promised of a post, in milliseconds.
    """
    load = LOADS.get(name)
    if load is None:
        raise Misused(f"There is no load {name!r}. There are: {', '.join([*LOADS, *WITH_SOURCE])}.")
    if not 0 < scale <= 100 or (minutes is not None and not 0 < minutes <= 600) or (rate is not None and rate <= 0):
        raise Misused("--scale is above 0 and at most 100, --minutes above 0 and at most 600, --rate above 0.")
    longest = load.phases[-1] if load.climbs else max(load.phases, key=lambda phase: phase.seconds)
    times = scale if rate is None else rate / longest.posts_per_s
    phases = tuple(
        Phase(
            60 * minutes if minutes is not None and (load.climbs or phase is longest) else phase.seconds,
            phase.posts_per_s * times,
        )
        for phase in load.phases
    )
    people = max(4, round(load.people * scale))
    asked = {"--minutes": minutes, "--rate": rate, "--scale": None if scale == 1 else scale, "--streams": streams}
    changed = " ".join(f"{option} {value:g}" for option, value in asked.items() if value is not None)
    return msgspec.structs.replace(
        load,
        about=f"{load.about} ({changed})" if changed else load.about,
        phases=phases,
        people=people,
        followers=min(load.followers, people // 2),
        streams=min(people, round(load.streams * scale) if streams is None else streams),
        reads_per_s=load.reads_per_s * scale,
        promise=msgspec.structs.replace(
            load.promise,
            post_p99_ms=load.promise.post_p99_ms if p99 is None else p99,
            climbed=load.promise.climbed and min(load.promise.climbed * scale, phases[-1].posts_per_s),
        ),
    )
