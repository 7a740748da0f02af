"""Processor time of a post, its effects and the database included: `python -m bench.posting --posts 2000 --at-once 8`.

A scratch server on this machine; the load generator's own time is not counted. Wall time is told, but says little on
a machine that does other things as well.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

import psutil

from bench.processes import Server, scratch
from bench.wire import Wire


def spent(server: Server) -> dict[str, float]:
    """Seconds of processor time by program (the server, its database), of all processes that are there."""
    total: dict[str, float] = {}
    for pid in server.pids:
        top = psutil.Process(pid)
        for process in (top, *top.children(recursive=True)):
            try:
                used, name = process.cpu_times(), "postgres" if "postgres" in process.name() else "server"
            except psutil.NoSuchProcess:
                continue
            total[name] = total.get(name, 0.0) + used.user + used.system
    return total


async def post(server: Server, count: int, at_once: int) -> list[float]:
    """Publish `count` posts over so many connections; seconds that each took."""
    left, took = iter(range(count)), []

    async def one_after_another() -> None:
        async with Wire(server.url, server.token) as wire:
            for n in left:
                start = time.perf_counter()
                await wire.ask("POST", "/api/v1/statuses", {"status": f"Post number {n} of this evening."})
                took.append(time.perf_counter() - start)

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return sorted(took)


async def logged(server: Server) -> None:
    """Wait until a last post is in the author's home timeline, and so the effects of all before it are done."""
    async with Wire(server.url, server.token) as wire:
        _, body = await wire.ask("POST", "/api/v1/statuses", {"status": "the last one"})
        last = json.loads(body)["id"]
        for _ in range(600):
            _, found = await wire.ask("GET", "/api/v2/search?q=last&type=statuses")
            if any(status["id"] == last for status in json.loads(found)["statuses"]):
                return
            await asyncio.sleep(0.1)
    raise SystemExit("the effects of the last post were not done within a minute")


async def measure(server: Server, count: int, at_once: int) -> None:
    await post(server, 50, at_once)
    await logged(server)
    before, start = spent(server), time.perf_counter()
    took = await post(server, count, at_once)
    wall = time.perf_counter() - start
    await logged(server)
    after = spent(server)
    each = {name: 1000 * (after[name] - before.get(name, 0.0)) / count for name in after}
    parts = ", ".join(f"{name} {value:.2f}" for name, value in sorted(each.items()))
    p50, p99 = (1000 * took[int(len(took) * part)] for part in (0.5, 0.99))
    sys.stdout.write(
        f"{count} posts over {at_once}: {sum(each.values()):.2f} ms processor time each ({parts}); "
        f"{count / wall:.0f}/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=8)
    chosen = parser.parse_args()
    with scratch() as server:
        asyncio.run(measure(server, chosen.posts, chosen.at_once))


if __name__ == "__main__":
    main()
