"""What is measured, each a coroutine that gives figures: name → value. Counts and times are bounded."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass

from bench.wire import Wire

Figures = dict[str, float]


@dataclass(frozen=True)
class Size:
    """How much of each: `posts` in a row and as many at once, `reads` of the home timeline, `events` of the stream."""

    posts: int = 200
    reads: int = 400
    events: int = 30
    connections: int = 8
    seconds: float = 60.0


def percentile(times: list[float], share: float) -> float:
    """The time in ms below which `share` of them lie."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def _repeat(wire: Wire, count: int, method: str, path: str, text: str | None) -> list[float]:
    times = []
    for number in range(count):
        body = None if text is None else {"status": f"{text} {time.time_ns()} {number} #bench"}
        start = time.perf_counter()
        await wire.ask(method, path, body)
        times.append(time.perf_counter() - start)
    return times


async def _together(
    url: str, token: str, count: int, connections: int, method: str, path: str, text: str | None
) -> tuple[float, list[float]]:
    """(per second, each one's time) of `count` requests over several connections."""
    wires = [await Wire(url, token).__aenter__() for _ in range(connections)]
    try:
        start = time.perf_counter()
        parts = await asyncio.gather(*(_repeat(wire, count // connections, method, path, text) for wire in wires))
        spent = time.perf_counter() - start
    finally:
        for wire in wires:
            await wire.__aexit__(None, None, None)
    times = [one for part in parts for one in part]
    return len(times) / spent, times


async def posting(url: str, token: str, size: Size) -> Figures:
    """Posts one after the other, and over several connections."""
    one_rate, one = await _together(url, token, size.posts, 1, "POST", "/api/v1/statuses", "One")
    many_rate, many = await _together(url, token, size.posts, size.connections, "POST", "/api/v1/statuses", "Many")
    return {
        "posts_per_s": one_rate,
        "post_p50_ms": percentile(one, 0.5),
        "post_p99_ms": percentile(one, 0.99),
        "posts_concurrent_per_s": many_rate,
        "post_concurrent_p99_ms": percentile(many, 0.99),
    }


async def reading(url: str, token: str, size: Size) -> Figures:
    """The home timeline's first page of 20, warm."""
    path = "/api/v1/timelines/home?limit=20"
    await _together(url, token, 20, 1, "GET", path, None)
    one_rate, one = await _together(url, token, size.reads, 1, "GET", path, None)
    many_rate, many = await _together(url, token, size.reads, size.connections, "GET", path, None)
    return {
        "home_per_s": one_rate,
        "home_p50_ms": percentile(one, 0.5),
        "home_p99_ms": percentile(one, 0.99),
        "home_concurrent_per_s": many_rate,
        "home_concurrent_p99_ms": percentile(many, 0.99),
    }


async def streaming(url: str, token: str, size: Size) -> Figures:
    """From sending a post until its event arrives by server-sent events on one's own stream."""
    times = []
    async with Wire(url, token) as ear, Wire(url, token) as mouth:
        stream = await ear.open_stream("/api/v1/streaming/user")
        await asyncio.sleep(0.5)
        for number in range(size.events):
            mark = f"live {time.time_ns()} {number}"
            start = time.perf_counter()
            await mouth.ask("POST", "/api/v1/statuses", {"status": mark})
            while mark not in json.dumps((await asyncio.wait_for(stream.readline(), 10)).decode("utf-8", "replace")):
                pass
            times.append(time.perf_counter() - start)
    return {"stream_p50_ms": percentile(times, 0.5), "stream_p99_ms": percentile(times, 0.99)}


async def round_of(url: str, token: str, size: Size) -> Figures:
    """One round of everything; TimeoutError beyond the bound."""
    figures: Figures = {}
    for measure in (posting, reading, streaming):
        figures |= await asyncio.wait_for(measure(url, token, size), size.seconds)
    return figures
