"""The load `gaga`: one post by an author whom everybody follows; a sample of home timelines, and what it cost."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence

from torg.rehearsal import crowd, gauges, wire
from torg.rehearsal.histogram import Histogram, bucket
from torg.rehearsal.model import Load
from torg.rehearsal.result import Check, Result

SAMPLE = 300
SPREAD = 0.25
COSTED = 50
SETTLE = 1.5
LIMIT = 30.0
NO_MORE_WORK = 1.5
HOME = "/api/v1/timelines/home?limit=20"

Cpu = Callable[[], tuple[float | None, float | None]]


async def run(
    load: Load,
    host: str,
    port: int,
    secret: str,
    cpu: Cpu,
    startup: float,
    idle: tuple[float | None, float | None],
    say: Callable[[str], None],
) -> Result:
    """Post, read the sample, and compare the processor time with that of posts by an author with one follower.

    What was acknowledged stands as lost in the result, until the caller has seen it in the database.
    """
    lines = wire.Lines(port, 32)
    await lines.open()
    star = Star(load, host, secret, lines)
    try:
        sample = random.Random(1).sample(range(1, load.people), min(SAMPLE, load.people - 1))
        say(f"Reading {len(sample)} home timelines once, as people do who are there already.")
        await asyncio.gather(*(star.home(person) for person in sample))
        await star.post(1, 0)
        await asyncio.sleep(SETTLE)
        say(f"The post to {load.people - 1:,} followers.")
        before = _busy(cpu)
        at = time.monotonic()
        number = 1
        await star.post(0, number)
        acknowledged = time.monotonic() - at
        seen = await asyncio.gather(
            *(star.until_seen(person, number, at, SPREAD * n / len(sample)) for n, person in enumerate(sample))
        )
        took, after = time.monotonic() - at, _busy(cpu)
        say("What such a post costs, beside one to a single follower.")
        plain, to_all = await star.cost(1, 1000, cpu), await star.cost(0, 2000, cpu)
    finally:
        lines.close()
    timelines: Histogram = {}
    for lag in seen:
        if lag is not None:
            key = bucket(int(lag * 1e6))
            timelines[key] = timelines.get(key, 0) + 1
    worst = max((lag for lag in seen if lag is not None), default=float("inf"))
    return Result(
        load=load, timelines=timelines, acknowledged=len(star.acknowledged), kept=0,
        lost=star.acknowledged, startup_s=startup,
        idle_mb=idle, drained_s=0.0, posts={bucket(int(acknowledged * 1e6)): 1}, said=star.said[:5],
        more={
            "followers": load.people - 1, "timelines read": len(seen), "last timeline, s": worst,
            "processor ms per post, one follower": plain or 0.0,
            "processor ms per post, all followers": to_all or 0.0,
        },
        others=_share(before, after, took),
        further=[*_promises(load, seen, plain, to_all, len(star.said))],
        arrivals=sorted(lag for lag in seen if lag is not None),
    )  # fmt: skip


def _share(before: float | None, after: float | None, took: float) -> float | None:
    """Cores that were taken between two looks; ticks of the kernel's clock are coarse in so short a time."""
    if before is None or after is None:
        return None
    return min(max(0.0, after - before) / took, float(os.cpu_count() or 1))


def _busy(cpu: Cpu) -> float | None:
    """Processor seconds that all programs of the machine have taken but for this rehearsal."""
    all_programs = gauges.machine_seconds()
    return None if all_programs is None else all_programs - sum(one or 0.0 for one in cpu()) - time.process_time()


def _promises(
    load: Load, seen: Sequence[float | None], plain: float | None, to_all: float | None, failed: int
) -> Iterator[Check]:
    """What is promised of this load alone."""
    there = [lag for lag in seen if lag is not None]
    yield Check(
        name="timelines that have the post", promised="all", seen=f"{len(there):,} of {len(seen):,}",
        held=len(there) == len(seen),
    )  # fmt: skip
    if load.promise.timeline_lag_s is not None and there:
        yield Check(
            name="the last of them had it after", promised=f"at most {load.promise.timeline_lag_s:g} s",
            seen=f"{max(there):.2f} s", held=max(there) <= load.promise.timeline_lag_s,
        )  # fmt: skip
    if plain and to_all:
        yield Check(
            name="work of a post to all, of one to one", promised=f"at most {NO_MORE_WORK:g} times",
            seen=f"{to_all / plain:.2f} times", held=to_all <= NO_MORE_WORK * plain,
        )  # fmt: skip
    yield Check(name="requests that failed", promised="none", seen=f"{failed:,}", held=not failed)


class Star:
    """Requests one by one, over the lines that are free."""

    def __init__(self, load: Load, host: str, secret: str, lines: wire.Lines) -> None:
        self._load = load
        self._host = host
        self._secret = secret
        self._lines = lines
        self._gate = asyncio.Semaphore(32)
        self.acknowledged: list[int] = []
        self.said: list[str] = []

    async def _ask(self, request: bytes) -> tuple[int, bytes]:
        async with self._gate:
            while not self._lines.idle:  # noqa: ASYNC110 - a broken line is being opened anew
                await asyncio.sleep(0.001)
            told: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
            self._lines.idle.pop().ask(request, lambda status, body, _: told.set_result((status, body)))
            status, body = await told
        if status != 200:
            self.said.append(f"{status} {body[:120].decode('utf-8', 'replace')}")
        return status, body

    async def home(self, person: int) -> bytes:
        request = wire.get(self._host, HOME, crowd.token(self._secret, person))
        return (await self._ask(request))[1]

    async def post(self, person: int, number: int) -> None:
        body = b'{"status":"Good evening, everybody. %b"}' % (crowd.MARK_BYTES % (number, 0))
        head = wire.post_head(self._host, "/api/v1/statuses", crowd.token(self._secret, person), len(body))
        status, _ = await self._ask(head + body)
        if status == 200:
            self.acknowledged.append(number)

    async def until_seen(self, person: int, number: int, at: float, wait: float) -> float | None:
        """Seconds from the post until an answer had it, read first after `wait` seconds; None if it never came."""
        await asyncio.sleep(wait)
        while time.monotonic() - at < LIMIT:
            if b"zq%08d" % number in await self.home(person):
                return time.monotonic() - at
            await asyncio.sleep(0.01)
        return None

    async def cost(self, person: int, first: int, cpu: Cpu) -> float | None:
        """Processor milliseconds of server and database for each of some posts by one author, effects included."""
        before = cpu()
        for number in range(COSTED):
            await self.post(person, first + number)
        await asyncio.sleep(SETTLE)
        after = cpu()
        spent = [b - a for a, b in zip(before, after, strict=True) if a is not None and b is not None]
        return 1000 * sum(spent) / COSTED if spent else None
