"""`python -m bench.exodus`: deliveries to many servers of which a part is dead; the living must not wait for them.

By turns in one run (A B A B): A is what goes to live hosts alone, B the same with the dead hosts' share besides.
Dead are, by thirds, hosts that refuse connections, that never complete one, and that take one and never answer.
Everything is real but the world: PostgreSQL, signatures, HTTP over loopback to servers in another process.
Exits with 1 when B takes more than twice as long as A for the live hosts (FEATURES N35).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import msgspec
import psutil
import psycopg

from bench.drawn import told
from bench.inboxes import Ports, hosts, serving
from torg.accounts import store as accounts
from torg.cli.opening import opened
from torg.delivery import actions
from torg.kernel.actor import NetworkKind, Scope
from torg.kernel.config import Settings
from torg.kernel.ids import new_id
from torg.orgs import actions as orgs
from torg.rehearsal.drawing import Band, Series
from torg.rehearsal.result import Check
from torg.serve.services import Services
from torg.signing import actions as signing

AUTHORS = 20
PROMISE = 2.0
LEAST_EACH = 20
"""Deliveries for each host; of few deliveries, fewer hosts."""
PATIENCE = 1800.0
STEP = 0.5
"""Seconds between two points of the picture."""
TEXT = "A square is where one meets whom one did not come to see. " * 20


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement: seconds until live hosts had everything, processor seconds, megabytes.

    `came`: what the live hosts had got after each STEP.
    """

    deliveries: int
    putting: float
    seconds: float
    sender_cpu: float
    rss_mb: float
    came: list[int]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.exodus", description=__doc__)
    parser.add_argument("--deliveries", type=int, default=100_000, help="of B; A has the live hosts' part of it")
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--dead", type=float, default=0.2, help="share of the hosts")
    parser.add_argument("--rounds", type=int, default=2, choices=range(1, 6))
    parser.add_argument("--senders", type=int, default=1, choices=range(1, 5), help="processes")
    parser.add_argument(
        "--known", action="store_true", help="all hosts answered before, so that the dead ones come as a surprise"
    )
    parser.add_argument("--out", type=Path, help="folder for exodus.svg and exodus.json")
    return parser.parse_args()


async def put_down(services: Services, scope: Scope, authors: Sequence[int], inboxes: Sequence[str], each: int) -> None:
    """`each` activities for every inbox, by turns of the authors, as posts come."""
    for number in range(each):
        async with services.db.tx(scope) as tx:
            activity = {"type": "Create", "id": f"https://bench.example/{number}", "object": {"content": TEXT}}
            await actions.send(tx, account_id=authors[number % len(authors)], activity=activity, inboxes=inboxes)


async def clear(services: Services, known: Sequence[str]) -> None:
    """Nothing on its way; of the hosts nothing is known, or that these answered."""
    async with services.db.system() as tx:
        for table in ("deliveries", "activities", "delivery_lanes", "peers"):
            await tx.run(f"DELETE FROM {table}")
        await tx.run(
            "INSERT INTO delivery_lanes (host, answered_at) SELECT h, now() FROM unnest(%s::text[]) AS h",
            (list(known),),
        )
    async with await psycopg.AsyncConnection.connect(services.db.system_conninfo, autocommit=True) as connection:
        await connection.execute("ANALYZE")


def cpu(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


class Run:
    """One database and one set of authors for all rounds."""

    def __init__(self, services: Services, folder: Path, given: argparse.Namespace) -> None:
        self.services = services
        self.folder = folder
        self.given = given
        self.scope = Scope(0, (0,))
        self.authors: list[int] = []

    async def found(self) -> None:
        async with self.services.db.system() as tx:
            await orgs.add_organisation(tx, "Bench")
            network = await orgs.add_network(tx, "Bench", NetworkKind.PUBLIC, "bench.example")
        self.scope = network.scope
        self.authors = [new_id() for _ in range(AUTHORS)]
        async with self.services.db.tx(self.scope) as tx:
            for number, id_ in enumerate(self.authors):
                await accounts.insert(tx, id_, f"author{number}", {})
        async with self.services.db.tx(self.scope) as tx:
            people = await accounts.by_ids(tx, self.authors)
        for author in people.values():
            await signing.key_of(self.services, network, author)  # made now: not what is measured

    async def round(self, live: Sequence[str], dead: Sequence[str], count: Synchronized[int]) -> Round:
        """Put down everything, then let senders loose and wait until the live hosts have theirs."""
        given = self.given
        each = given.deliveries // given.hosts
        await clear(self.services, [*live, *dead] if given.known else [])
        count.value = 0
        begun = time.perf_counter()
        everyone = sorted([*live, *dead], key=lambda host: host[::-1])
        await put_down(self.services, self.scope, self.authors, [f"http://{host}/inbox" for host in everyone], each)
        putting = time.perf_counter() - begun
        async with self.senders() as processes:
            before, begun = cpu(processes), time.perf_counter()
            came: list[int] = []
            while count.value < len(live) * each:
                if time.perf_counter() - begun > PATIENCE:
                    raise SystemExit(f"only {count.value} of {len(live) * each} came in {PATIENCE:.0f} s")
                await asyncio.sleep(0.02)
                if time.perf_counter() - begun >= STEP * (len(came) + 1):
                    came.append(count.value)
            seconds = time.perf_counter() - begun
            return Round(
                deliveries=len(live) * each,
                putting=putting,
                seconds=seconds,
                sender_cpu=cpu(processes) - before,
                rss_mb=sum(process.memory_info().rss for process in processes) / 1e6,
                came=[*came, count.value],
            )

    @asynccontextmanager
    async def senders(self) -> AsyncIterator[list[psutil.Process]]:
        db = self.services.db
        noise = None if os.environ.get("BENCH_LOG") else asyncio.subprocess.DEVNULL
        started = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.sender", db.app_conninfo, db.system_conninfo, str(self.folder / str(n)),
                stdout=asyncio.subprocess.PIPE, stderr=noise,
            )
            for n in range(self.given.senders)
        ]  # fmt: skip
        try:
            for one in started:
                assert one.stdout is not None
                await one.stdout.readline()
            yield [psutil.Process(one.pid) for one in started]
        finally:
            for one in started:
                one.kill()
                await one.wait()


async def measure(
    given: argparse.Namespace, folder: Path, ports: Ports, count: Synchronized[int]
) -> dict[str, list[Round]]:
    dead_hosts = int(given.hosts * given.dead)
    live = hosts([ports.live], given.hosts - dead_hosts, 1)
    dead = hosts([ports.closed, ports.full, ports.stalling], dead_hosts, 2)
    found: dict[str, list[Round]] = {"A": [], "B": []}
    async with opened(Settings(data=folder / "data", rate_limits=False)) as services:
        run = Run(services, folder, given)
        await run.found()
        for number in range(given.rounds):
            for name, besides in (("A", []), ("B", dead)):
                one = await run.round(live, besides, count)
                found[name].append(one)
                sys.stderr.write(f"round {number + 1} {name}: {one.seconds:.1f} s, {one.deliveries} deliveries\n")
    return found


def judged(found: dict[str, list[Round]], out: Path | None) -> int:
    """Print, draw and judge; the exit status."""
    lines = []
    median = {}
    for name, label in (("A", "live hosts alone"), ("B", "with the dead ones")):
        rounds = found[name]
        median[name] = statistics.median(one.seconds for one in rounds)
        n = rounds[0].deliveries
        lines += [
            (f"{label}: seconds", ", ".join(f"{one.seconds:.1f}" for one in rounds)),
            (f"{label}: deliveries/s", f"{n / median[name]:.0f}"),
            (f"{label}: sender ms/delivery", f"{1000 * statistics.median(r.sender_cpu for r in rounds) / n:.2f}"),
            (f"{label}: sender RSS", f"{max(one.rss_mb for one in rounds):.0f} MB"),
            (f"{label}: putting down", f"{statistics.median(one.putting for one in rounds):.1f} s"),
        ]
    ratio = median["B"] / median["A"]
    check = Check(
        name="time of the live hosts, with dead ones beside them to without",
        promised=f"at most {PROMISE:g} times", seen=f"{ratio:.2f} times", held=ratio <= PROMISE,
    )  # fmt: skip
    last = {name: found[name][-1].came for name in found}
    points = max(map(len, last.values()))
    series: list[Series] = []
    for kind, label, came in (("a", "live hosts alone", last["A"]), ("b", "with the dead ones", last["B"])):
        series.append((kind, label, [0.0, *map(float, came), *[None] * (points - len(came))]))
    bands: list[Band] = [("deliveries that live hosts have got (last round)", series, None)]
    about = f"{n:,} deliveries to live hosts of other servers, and what goes to dead ones beside them"
    return told("exodus", about, [check], lines, bands, seconds=points * STEP, out=out)


def main() -> None:
    given = arguments()
    given.hosts = max(5, min(given.hosts, given.deliveries // LEAST_EACH))
    given.deliveries = max(given.deliveries, given.hosts)
    with (
        tempfile.TemporaryDirectory(prefix="torg-bench-", ignore_cleanup_errors=True) as folder,
        serving() as (ports, count),
    ):
        Path(folder).chmod(0o711)  # as root, PostgreSQL runs as another user
        found = asyncio.run(measure(given, Path(folder), ports, count))
    raise SystemExit(judged(found, given.out))


if __name__ == "__main__":
    main()
