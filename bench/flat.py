"""`python -m bench.flat`: homes while posts, follows and organisations grow; exits with 1 beyond 1.3 times the cost.

Sizes of one network, each on a server of its own by turns: as it is, beside a thousand other organisations with people
and posts, ten times the posts, ten times the posts and the follows. Warm is the second read of a viewer, cold the first
after the start; idle is memory after the start, of server and database.
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
import psycopg
import uvloop

from bench.measures import HOME, closed_loop
from bench.servers import Server, free_cores, settle
from bench.stage import Caller
from torg.engine.postgres import Database
from torg.kernel.actor import NetworkKind
from torg.kernel.config import Settings
from torg.kernel.ids import new_id
from torg.orgs import actions as orgs
from torg.rehearsal import crowd, filling, gauges, scratch
from torg.rehearsal.loads import LOADS
from torg.rehearsal.model import Load

PROMISE = 1.3
VIEWERS = 100
CONNECTIONS = 8
Figures = dict[str, float]


OTHERS = """INSERT INTO accounts (org_id, network_id, id, handle)
    SELECT n.org_id, n.id, %(first)s + row_number() OVER (), 'p' || g
    FROM networks n, generate_series(1, 10) g WHERE n.host LIKE '%%.flat.example'"""
THEIR_POSTS = """INSERT INTO posts (org_id, network_id, id, account_id, audience, thread_id, source, html, created_at)
    SELECT org_id, network_id, id, account_id, 'everyone', id, 'hej', '<p>hej</p>', to_timestamp((id >> 16) / 1000.0)
    FROM (SELECT a.org_id, a.network_id, a.id AS account_id, %(first)s + 65536 * row_number() OVER () AS id
        FROM accounts a JOIN networks n ON n.org_id = a.org_id AND n.id = a.network_id, generate_series(1, 5) g
        WHERE n.host LIKE '%%.flat.example') made"""
DAY = 86_400_000 << 16


def sizes(people: int, history: int, followers: int) -> dict[str, Load]:
    small = msgspec.structs.replace(LOADS["reads"], people=people, history=history, followers=followers)
    return {
        "as it is": small,
        "posts × 10": msgspec.structs.replace(small, history=10 * history),
        "posts × 10, follows × 10": msgspec.structs.replace(small, history=10 * history, followers=10 * followers),
    }


def one(load: Load, others: int, seconds: float, core: int | None, serve: tuple[str, ...]) -> Figures:
    """Fill, start, and read; milliseconds of processor time and rates."""
    secret, port = secrets.token_hex(8), scratch.free_port()
    host = f"localhost:{port}"
    settings = Settings(data=Path("nowhere"))
    with scratch.folder() as folder:
        with scratch.database(settings, folder, empty=True, say=lambda _: None) as server:
            asyncio.run(_fill(server.conninfo, host, load, secret))
            asyncio.run(_others(server.conninfo, others))
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


async def _others(conninfo, count: int) -> None:  # type: ignore[no-untyped-def]
    """So many organisations with a public network, ten people and fifty posts each."""
    db = Database(conninfo("torg_app"), conninfo("torg_system"))
    await db.open()
    try:
        async with db.system() as tx:
            for number in range(count):
                await orgs.add_organisation(tx, f"Other {number}")
                await orgs.add_network(tx, f"Other {number}", NetworkKind.PUBLIC, f"n{number}.flat.example")
    finally:
        await db.close()
    async with await psycopg.AsyncConnection.connect(conninfo("torg_owner"), autocommit=True) as owner:
        for statement in (OTHERS, THEIR_POSTS):
            await owner.execute(statement, {"first": new_id() - DAY})
        await owner.execute("ANALYZE")


async def _read(server: Server, seconds: float) -> Figures:
    settle(server)
    idle = server.memory() or 0.0
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
            "idle_mb": idle,
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
    parser.add_argument("--organisations", type=int, default=1000, help="others, in the second size")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=1, choices=range(1, 6))
    parser.add_argument("--serve", default="", help="options for torg serve, in quotes")
    given = parser.parse_args()
    theirs, ours = free_cores()
    found: dict[str, list[Figures]] = {}
    for number in range(given.rounds):
        loads = sizes(given.people, given.history, given.follows)
        first, *more = ((name, load, 0) for name, load in loads.items())
        beside = (f"beside {given.organisations:,} organisations", loads["as it is"], given.organisations)
        for name, load, others in (first, *([beside] if given.organisations else []), *more):
            if ours is not None and theirs is not None:
                os.sched_setaffinity(0, {ours, theirs})
            found.setdefault(name, []).append(one(load, others, given.seconds, theirs, tuple(given.serve.split())))
            sys.stderr.write(f"round {number + 1} of {given.rounds}: {name}\n")
    medians = {name: {key: statistics.median(r[key] for r in each) for key in each[0]} for name, each in found.items()}
    least = next(iter(medians.values()))
    sys.stdout.write("| | warm | ratio | cold | ratio | idle |\n|---|---|---|---|---|---|\n")
    worst = 0.0
    for name, of in medians.items():
        warm, cold = of["warm_cpu_ms"] / least["warm_cpu_ms"], of["cold_cpu_ms"] / max(least["cold_cpu_ms"], 0.01)
        worst = max(worst, warm)
        sys.stdout.write(
            f"| {name} | {of['warm_per_s']:,.0f}/s, {of['warm_cpu_ms']:.3f} ms CPU | {warm:.2f} "
            f"| {of['cold_per_s']:,.0f}/s, {of['cold_cpu_ms']:.2f} ms CPU | {cold:.2f} | {of['idle_mb']:.0f} MB |\n"
        )
    raise SystemExit(0 if worst <= PROMISE else 1)


if __name__ == "__main__":
    main()
