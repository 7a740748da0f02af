"""What is measured, each a coroutine that gives figures: name → value. All are bounded in count or time."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Collection

from bench.ears import Ears, upgrade
from bench.servers import settle
from bench.stage import STREAMS, Caller, Stage
from torg.rehearsal import crowd

Figures = dict[str, float]
HOME = "/api/v1/timelines/home?limit=20"
CONNECTIONS = 16
STREAM = "/api/v1/streaming?stream=user"
PATIENCE = 60.0


def percentile(times: list[float], share: float) -> float:
    """The time in ms below which `share` of them lie."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def closed_loop(caller: Caller, connections: int, seconds: float, next_: Callable[[], bytes]) -> list[float]:
    """Each connection asks again as soon as it is answered; the times."""
    end = time.perf_counter() + seconds
    times: list[float] = []

    async def one() -> None:
        while (begun := time.perf_counter()) < end:
            await caller.ask(next_())
            times.append(time.perf_counter() - begun)

    await asyncio.gather(*(one() for _ in range(connections)))
    return times


def rated(name: str, times: list[float], seconds: float, cpu: float) -> Figures:
    """Rate, processor milliseconds of server and database for each, p50 and p99."""
    count = max(1, len(times))
    return {
        f"{name}_per_s": count / seconds,
        f"{name}_cpu_ms": 1000 * cpu / count,
        f"{name}_p50_ms": percentile(times, 0.5),
        f"{name}_p99_ms": percentile(times, 0.99),
    }


async def warm(stage: Stage, seconds: float) -> Figures:
    """Home timelines of all viewers by turns, each read before and unchanged."""
    async with Caller(stage.server, CONNECTIONS) as caller:
        requests = [caller.get(HOME, token) for token in stage.viewers]
        for request in requests:
            await caller.ask(request)
        turn = iter(range(1 << 60))
        cpu, begun = stage.server.cpu(), time.perf_counter()
        times = await closed_loop(caller, CONNECTIONS, seconds, lambda: requests[next(turn) % len(requests)])
        return rated("warm_reads", times, time.perf_counter() - begun, stage.server.cpu() - cpu)


async def cold(stage: Stage, name: str = "cold_reads", *, quiet: bool = True) -> Figures:
    """After a start, the first home timeline of each viewer, four at once. `quiet`: when the server has become idle."""
    if quiet:
        settle(stage.server)
    async with Caller(stage.server, 4) as caller:
        cpu, begun = stage.server.cpu(), time.perf_counter()
        times: list[float] = []

        async def one(token: str) -> None:
            at = time.perf_counter()
            await caller.ask(caller.get(HOME, token))
            times.append(time.perf_counter() - at)

        for first in range(0, len(stage.viewers), 4):
            await asyncio.gather(*(one(token) for token in stage.viewers[first : first + 4]))
        return rated(name, times, time.perf_counter() - begun, stage.server.cpu() - cpu)


async def visible(stage: Stage, seconds: float) -> Figures:
    """Posts by the speaker over eight connections, until the last eight are in all 20 followers' home timelines.

    After one that is not counted.
    """
    run = random.randrange(90) * 1_000_000
    async with Caller(stage.server, 8) as caller:
        count = iter(range(1, 1 << 30))
        sent: list[int] = []

        def next_() -> bytes:
            number = run + next(count)
            sent.append(number)
            return caller.post("/api/v1/statuses", stage.speaker, {"status": f"Hear {crowd.MARK % (number, 0)}"})

        await caller.ask(next_())  # what a process loads for its first post belongs to its start
        settle(stage.server)
        cpu, begun = stage.server.cpu(), time.perf_counter()
        times = await closed_loop(caller, 8, seconds, next_)
        last = [b"zq%08d" % number for number in sent[-8:]]
        for token in stage.followers:
            while not await _there(caller, token, last):
                if time.perf_counter() - begun > PATIENCE:
                    raise RuntimeError(f"{stage.server.name}: posts did not come to a follower in {PATIENCE:.0f} s")
                await asyncio.sleep(0.01)
        spent = time.perf_counter() - begun
        settle(stage.server)
        return rated("visible_posts", times, spent, stage.server.cpu() - cpu)


async def _there(caller: Caller, token: str, marks: list[bytes]) -> bool:
    home = await caller.ask(caller.get(HOME, token))
    return all(mark in home for mark in marks)


async def mixed(stage: Stage, seconds: float) -> Figures:
    """95 % home timelines of the 20 followers, 5 % posts by the speaker."""
    dice = random.Random(95)
    async with Caller(stage.server, CONNECTIONS) as caller:
        reads = [caller.get(HOME, token) for token in stage.followers]

        def next_() -> bytes:
            if dice.random() < 0.05:
                return caller.post("/api/v1/statuses", stage.speaker, {"status": f"Mixed {dice.random()}"})
            return dice.choice(reads)

        cpu, begun = stage.server.cpu(), time.perf_counter()
        times = await closed_loop(caller, CONNECTIONS, seconds, next_)
        spent = time.perf_counter() - begun
        settle(stage.server)
        return rated("mixed", times, spent, stage.server.cpu() - cpu)


async def streams(stage: Stage, seconds: float) -> Figures:
    """One post to 500 WebSocket subscribers, again and again: each post when all have got the one before.

    The subscribers are 500 people where there are so many, else fewer with several streams each.
    """
    tokens = [stage.listeners[number % len(stage.listeners)] for number in range(STREAMS)]
    ears = Ears(stage.server.port, [upgrade(stage.server.host, STREAM, token) for token in tokens])
    run = random.randrange(90) * 1_000_000
    times: list[float] = []
    try:
        async with Caller(stage.server, 1) as caller:
            await asyncio.sleep(1.0)
            settle(stage.server)
            cpu, begun = stage.server.cpu(), time.perf_counter()
            while time.perf_counter() - begun < seconds:
                at = time.perf_counter()
                mark = crowd.MARK % (run + len(times), 0)
                await caller.ask(caller.post("/api/v1/statuses", stage.crier, {"status": f"Live {mark}"}))
                if not ears.until_all_have(mark.encode(), 20):
                    raise RuntimeError(f"{stage.server.name}: a post did not come to all of {STREAMS} WebSockets")
                times.append(time.perf_counter() - at)
            spent = time.perf_counter() - begun
            settle(stage.server)
            cpu = stage.server.cpu() - cpu
    finally:
        ears.close()
    return {
        "deliveries_per_s": STREAMS * len(times) / spent,
        "deliveries_cpu_ms": 1000 * cpu / (STREAMS * len(times)),
        "deliveries_p50_ms": percentile(times, 0.5),
        "deliveries_p99_ms": percentile(times, 0.99),
    }


MEASURES = ("cold", "at_once", "warm", "visible", "mixed", "streams")


async def round_of(stage: Stage, seconds: float, only: Collection[str] = MEASURES) -> Figures:
    """One round of `only` these on one server; what needs a start of its own is left out where there is no starter."""
    server = stage.server
    figures: Figures = {}
    if "cold" in only and server.restart():
        figures["startup_s"] = server.startup_s or 0.0
        settle(server)
        if (idle := server.memory()) is not None:
            figures["idle_mb"] = idle
        figures |= await cold(stage)
    if "at_once" in only and server.restart():
        figures.setdefault("startup_s", server.startup_s or 0.0)
        figures |= await cold(stage, "at_once", quiet=False)
        settle(server)  # what a start does besides belongs to the start
    for measure in (warm, visible, mixed, streams):
        if measure.__name__ in only:
            figures |= await measure(stage, seconds)
    if (loaded := server.memory()) is not None:
        figures["loaded_mb"] = loaded
    return figures
