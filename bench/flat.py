"""`python -m bench.flat`: home timelines while posts and follows grow tenfold; exits with 1 beyond 1.3 times the cost.

Three sizes of one network, each on a server of its own by turns: as it is, ten times the posts, ten times the posts and
the follows. Warm is the second read of a viewer, cold the first after the start.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import statistics
import sys
import time
from pathlib import Path

import msgspec
import uvloop

from bench.measures import HOME, closed_loop
from bench.servers import Server, free_cores, settle
from bench.stage import Caller
from torg.engine.postgres import Database
from torg.kernel.config import Settings
from torg.rehearsal import crowd, filling, gauges, scratch
from torg.rehearsal.loads import LOADS
from torg.rehearsal.model import Load

PROMISE = 1.3
VIEWERS = 100
CONNECTIONS = 8
Figures = dict[str, float]


def sizes(people: int, history: int, followers: int) -> dict[str, Load]:
    small = msgspec.structs.replace(LOADS["reads"], people=people, history=history, followers=followers)
    return {
        "as it is": small,
        "posts × 10": msgspec.structs.replace(small, history=10 * history),
        "posts × 10, follows × 10": msgspec.structs.replace(small, history=10 * history, followers=10 * followers),
    }


def one(load: Load, seconds: float, core: int | None, serve: tuple[str, ...]) -> Figures:
    """Fill, start, and read; milliseconds of processor time and rates."""
    secret, port = secrets.token_hex(8), scratch.free_port()
    host = f"localhost:{port}"
    settings = Settings(data=Path("nowhere"))
    with scratch.folder() as folder:
        with scratch.database(settings, folder, empty=True, say=lambda _: None) as server:
            asyncio.run(_fill(server.conninfo, host, load, secret))
        with scratch.serving(settings, folder, port, serve) as process:
            postmaster = gauges.postmaster(folder / "data")
            pids = [process.pid] + ([postmaster] if postmaster else [])
            tokens = [crowd.token(secret, person) for person in range(min(VIEWERS, load.people))]
            there = Server("torg", f"http://{host}", tokens, pids, core=core)
            there.pin()
            return uvloop.run(_read(there, seconds))


async def _fill(conninfo, host: str, load: Load, secret: str) -> None:  # type: ignore[no-untyped-def]
    db = Database(conninfo("torg_app"), conninfo("torg_system"))
    await db.open()
    try:
        network = await filling.found(db, host)
        await filling.fill(db, conninfo("torg_owner"), network, load, secret)
    finally:
        await db.close()


async def _read(server: Server, seconds: float) -> Figures:
    settle(server)
    async with Caller(server, CONNECTIONS) as caller:
        requests = [caller.get(HOME, token) for token in server.tokens]
        cpu, begun = server.cpu(), time.perf_counter()
        await asyncio.gather(*(caller.ask(request) for request in requests))
        cold = server.cpu() - cpu
        cold_rate = len(requests) / (time.perf_counter() - begun)
        turn = iter(range(1 << 60))
        cpu, begun = server.cpu(), time.perf_counter()
        times = await closed_loop(caller, CONNECTIONS, seconds, lambda: requests[next(turn) % len(requests)])
        spent = time.perf_counter() - begun
        return {
            "cold_cpu_ms": 1000 * cold / len(requests),
            "cold_per_s": cold_rate,
            "warm_cpu_ms": 1000 * (server.cpu() - cpu) / len(times),
            "warm_per_s": len(times) / spent,
        }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.flat", description=__doc__)
    parser.add_argument("--people", type=int, default=2600)
    parser.add_argument("--history", type=int, default=5, help="posts of each person in the smallest size")
    parser.add_argument("--follows", type=int, default=126, help="follows of each person in the smallest size")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=1, choices=range(1, 6))
    parser.add_argument("--serve", default="", help="options for torg serve, in quotes")
    given = parser.parse_args()
    theirs, ours = free_cores()
    found: dict[str, list[Figures]] = {}
    for number in range(given.rounds):
        for name, load in sizes(given.people, given.history, given.follows).items():
            if ours is not None and theirs is not None:
                os.sched_setaffinity(0, {ours, theirs})
            found.setdefault(name, []).append(one(load, given.seconds, theirs, tuple(given.serve.split())))
            sys.stderr.write(f"round {number + 1} of {given.rounds}: {name}\n")
    medians = {name: {key: statistics.median(r[key] for r in each) for key in each[0]} for name, each in found.items()}
    first = next(iter(medians.values()))
    sys.stdout.write("| | warm | ratio | cold | ratio |\n|---|---|---|---|---|\n")
    worst = 0.0
    for name, of in medians.items():
        warm, cold = of["warm_cpu_ms"] / first["warm_cpu_ms"], of["cold_cpu_ms"] / max(first["cold_cpu_ms"], 0.01)
        worst = max(worst, warm)
        sys.stdout.write(
            f"| {name} | {of['warm_per_s']:,.0f}/s, {of['warm_cpu_ms']:.3f} ms CPU | {warm:.2f} "
            f"| {of['cold_per_s']:,.0f}/s, {of['cold_cpu_ms']:.2f} ms CPU | {cold:.2f} |\n"
        )
    raise SystemExit(0 if worst <= PROMISE else 1)


if __name__ == "__main__":
    main()
