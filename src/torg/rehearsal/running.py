"""A rehearsal from beginning to end: people made, a server started, the load run by other processes, and watched."""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psycopg

from torg.engine.postgres import Database
from torg.kernel.config import Settings
from torg.kernel.errors import Unavailable
from torg.orgs.model import Network
from torg.rehearsal import crowd, filling, gauges, histogram, scratch, star
from torg.rehearsal.histogram import Histogram
from torg.rehearsal.model import Heard, Load, Moment, Plan, Tick
from torg.rehearsal.result import Result

LISTENERS_EACH = 2000
MOST_CONNECTIONS = 900
"""Fewer than posts for which a serving process has room to wait (posts/plain.py)."""
LEAD = 1.0
STREAMS_THAT_TELL = 500
POSTS_THAT_TELL = 1000
LOOKS, MOST_LOOKS = 5, 40
DRAIN_LIMIT = 120.0
START_LIMIT = 300.0

Say = Callable[[str], None]
Told = Callable[[int, int], None]


class Part(msgspec.Struct, kw_only=True):
    """A process of the load, and what it has told so far."""

    process: asyncio.subprocess.Process
    plan: Plan
    ticks: list[Tick] = []
    heard: Heard | None = None
    sent: bool = False


class Rehearsal:
    """`await Rehearsal(…).run()` gives the Result. One use each."""

    def __init__(
        self, settings: Settings, load: Load, *, empty: bool, more: tuple[str, ...], say: Say, told: Told
    ) -> None:
        self._settings = settings
        self._load = load
        self._empty = empty
        self._more = more
        self._say = say
        self._told = told
        self._moments: dict[int, Moment] = {}
        self._parts: list[Part] = []
        self._server: list[int] = []
        self._database: list[int] = []
        self._start = 0.0
        self._figures: dict[str, float] = {}

    async def run(self) -> Result:
        with scratch.folder() as folder:
            self._say(f"A scratch copy in {folder}; nothing leaves it, and it is removed in the end.")
            with scratch.database(self._settings, folder, empty=self._empty, say=self._say) as server:
                owner = server.conninfo("torg_owner")
                db = Database(server.conninfo("torg_app"), server.conninfo("torg_system"))
                await db.open()
                try:
                    return await self._on(folder, db, owner)
                finally:
                    await db.close()

    async def _on(self, folder: Path, db: Database, owner: str) -> Result:
        load, port, secret = self._load, scratch.free_port(), secrets.token_hex(8)
        host = f"localhost:{port}"
        network = await filling.found(db, host)
        begun = time.monotonic()
        people = await filling.fill(db, owner, network, load, secret)
        follows = load.people * load.followers + (load.people - 1 if load.star else 0)
        self._say(f"{load.people:,} people with {follows:,} follows are there after {time.monotonic() - begun:.0f} s.")
        before = await _size(db)
        begun = time.monotonic()
        with scratch.serving(self._settings, folder, port, self._more) as process:
            startup = time.monotonic() - begun
            postmaster = gauges.postmaster(folder / "data")
            self._server, self._database = [process.pid], [postmaster] if postmaster else []
            idle = self._memory()
            if load.star:
                result = await star.run(load, host, port, secret, self._cpu, startup, idle, self._say)
                kept = await _kept(db, network)
                return msgspec.structs.replace(
                    result, kept=len(kept), lost=[number for number in result.lost if number not in kept]
                )
            try:
                drained = await self._loaded(db, host, port, secret, idle[0])
            finally:
                await self._end_parts()
            alive = process.poll() is None
            kept = await _kept(db, network)
            if len(kept) >= POSTS_THAT_TELL:
                self._figures["database bytes per post"] = (await _size(db) - before) / len(kept)
            noise = (folder / "serve.log").read_text("utf-8", "replace").splitlines()
            noise = [line for line in noise if "level='error'" in line or "Error" in line]
            return self._result(kept, people, startup, idle, drained, alive, noise)

    async def _loaded(self, db: Database, host: str, port: int, secret: str, idle: float | None) -> float | None:
        """Run the load; seconds after its end until the outbox was empty, None if it never was."""
        load = self._load
        seed = secrets.randbelow(1 << 30)
        plans = [Plan(port=port, host=host, secret=secret, load=load, seed=seed, connections=self._connections())]
        for first in range(0, load.streams, LISTENERS_EACH):
            until = min(load.streams, first + LISTENERS_EACH)
            plans.append(
                Plan(port=port, host=host, secret=secret, load=load, seed=seed, talking=False, listeners=(first, until))
            )
        self._parts = [await self._begin(plan) for plan in plans]
        await asyncio.wait_for(asyncio.gather(*(self._ready(part) for part in self._parts)), START_LIMIT)
        opened = self._memory()[0]
        if opened is not None and idle is not None and load.streams >= STREAMS_THAT_TELL:
            self._figures["server kB per open stream"] = 1000 * (opened - idle) / load.streams
        self._say(f"{load.streams:,} streams are open; {load.posts:,} posts in {load.seconds:.0f} s begin.")
        self._start = time.monotonic() + LEAD
        for part in self._parts:
            self._tell(part, f"{self._start}")
        reading = [asyncio.create_task(self._read(part)) for part in self._parts]
        watching = asyncio.create_task(self._watch(db))
        try:
            limit = self._start + load.seconds + 90
            while not self._parts[0].sent and time.monotonic() < limit and not reading[0].done():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            drained = await self._drained(db, time.monotonic())
            for part in self._parts:
                self._tell(part, "end")
            await asyncio.wait(reading, timeout=60)
            return drained
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            for task in reading:
                task.cancel()

    @property
    def _looks_every(self) -> int:
        """Seconds between two looks at memory: all pages are walked, 15 ms for each GB of the processes together."""
        return max(LOOKS, round(self._load.seconds / MOST_LOOKS))

    def _connections(self) -> int:
        """So many that they bear the rate while each post takes a sixth of a second, which it may."""
        top = max(phase.posts_per_s for phase in self._load.phases)
        return max(16, min(MOST_CONNECTIONS, math.ceil(top * max((1 + self._load.reads_per_post) / 20, 1 / 6))))

    async def _begin(self, plan: Plan) -> Part:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "torg.rehearsal.process",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
        )  # fmt: skip
        part = Part(process=process, plan=plan)
        self._tell(part, msgspec.json.encode(plan).decode())
        return part

    def _tell(self, part: Part, line: str) -> None:
        assert part.process.stdin is not None
        with contextlib.suppress(ConnectionError, RuntimeError):
            part.process.stdin.write(line.encode() + b"\n")

    async def _ready(self, part: Part) -> None:
        assert part.process.stdout is not None
        if not await part.process.stdout.readline():
            raise Unavailable("A process of the load ended before it began", log="the load did not begin")

    async def _read(self, part: Part) -> None:
        assert part.process.stdout is not None
        while line := await part.process.stdout.readline():
            if line.startswith(b'{"sent"'):
                part.sent = True
            elif b'"acknowledged"' in line[:20]:
                part.heard = msgspec.json.decode(line, type=Heard)
                return
            else:
                part.ticks.append(msgspec.json.decode(line, type=Tick))

    async def _watch(self, db: Database) -> None:
        """Once a second: memory, processor time, and what waits in the database."""
        last: tuple[float | None, float | None] = (None, None)
        before = gauges.machine_seconds()
        second = 0
        while True:
            await asyncio.sleep(max(0.0, self._start + second + 1 - time.monotonic()))
            moment = self._moments.setdefault(second, Moment(second=second))
            if second % self._looks_every == 0:
                moment.server_mb, moment.database_mb = self._memory()
            now = self._cpu()
            if last[0] is not None and now[0] is not None:
                moment.server_cpu = now[0] - last[0]
            if last[1] is not None and now[1] is not None:
                moment.database_cpu = now[1] - last[1]
            last = now
            if (spent := gauges.machine_seconds()) is not None and before is not None:
                moment.machine_cpu = spent - before
            before = spent
            with contextlib.suppress(Unavailable, psycopg.Error):
                async with db.system() as tx:
                    row = await tx.one(WAITING) or {}
                moment.outbox, moment.jobs, moment.rung = row.get("outbox"), row.get("jobs"), row.get("rung")
            self._told(min(second + 1, math.ceil(self._load.seconds)), math.ceil(self._load.seconds))
            second += 1

    async def _drained(self, db: Database, since: float) -> float | None:
        while time.monotonic() < since + DRAIN_LIMIT:
            with contextlib.suppress(Unavailable, psycopg.Error):
                async with db.system() as tx:
                    if not await tx.value("SELECT EXISTS (SELECT FROM outbox)"):
                        return time.monotonic() - since
            await asyncio.sleep(0.1)
        return None

    async def _end_parts(self) -> None:
        for part in self._parts:
            if part.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    part.process.terminate()
                await part.process.wait()

    def _memory(self) -> tuple[float | None, float | None]:
        database = gauges.tree(self._database)
        return (
            gauges.memory_mb([pid for pid in gauges.tree(self._server) if pid not in database]),
            gauges.memory_mb(database),
        )

    def _cpu(self) -> tuple[float | None, float | None]:
        database = gauges.tree(self._database)
        return (
            gauges.cpu_seconds([pid for pid in gauges.tree(self._server) if pid not in database]),
            gauges.cpu_seconds(database),
        )

    def _result(
        self,
        kept: dict[int, int],
        people: list[int],
        startup: float,
        idle: tuple[float | None, float | None],
        drained: float | None,
        alive: bool,
        noise: list[str],
    ) -> Result:
        load = self._load
        ticks = [tick for part in self._parts for tick in part.ticks]
        heard = [part.heard or Heard() for part in self._parts]
        return Result(
            load=load,
            moments=self._seconds(ticks),
            posts=histogram.merged(tick.posts for tick in ticks),
            reads=histogram.merged(tick.reads for tick in ticks),
            streams=histogram.merged(tick.streams for tick in ticks),
            timelines=histogram.merged(tick.timelines for tick in ticks),
            acknowledged=sum(len(one.acknowledged) for one in heard),
            lost=[number for one in heard for number in one.acknowledged if number not in kept],
            kept=len(kept),
            short_streams=self._short(heard, kept, people),
            lost_streams=sum(one.lost_streams for one in heard),
            startup_s=startup,
            more=self._figures,
            idle_mb=idle,
            drained_s=drained,
            alive=alive and all(part.heard is not None for part in self._parts),
            said=list(dict.fromkeys(text for tick in ticks for text in tick.said))[:5] + noise[-3:],
        )

    def _short(self, heard: list[Heard], kept: dict[int, int], people: list[int]) -> dict[int, tuple[int, int]]:
        """Person → (came, should have come) of the streams that did not get exactly what is in the database."""
        load = self._load
        number_of = {account: person for person, account in enumerate(people)}
        count, total = [0] * load.people, [0] * load.people
        for number, account in kept.items():
            count[number_of[account]] += 1
            total[number_of[account]] += number
        short = {}
        got = {person: pair for one in heard for person, pair in one.heard.items()}
        for person in range(load.streams):
            authors = {person, *crowd.followed_by(person, load.people, load.followers)}
            wanted = (sum(count[one] for one in authors), sum(total[one] for one in authors))
            if got.get(person, (0, 0)) != wanted:
                short[person] = (got.get(person, (0, 0))[0], wanted[0])
        return short

    def _seconds(self, ticks: list[Tick]) -> list[Moment]:
        """The ticks of all processes laid over what was watched."""
        by_second: dict[int, list[Tick]] = {}
        for tick in ticks:
            by_second.setdefault(tick.second, []).append(tick)
        seconds = sorted(set(by_second) | set(self._moments))
        before: dict[int, float] = {}
        for second in seconds:
            moment = self._moments.setdefault(second, Moment(second=second))
            here = by_second.get(second, [])
            posts, reads, streams, timelines = (
                histogram.merged(getattr(tick, name) for tick in here)
                for name in ("posts", "reads", "streams", "timelines")
            )
            moment.wanted = _wanted(self._load, second)
            moment.posts, moment.reads, moment.delivered = (sum(one.values()) for one in (posts, reads, streams))
            moment.post_p50, moment.post_p99 = _both(posts)
            moment.read_p50, moment.read_p99 = _both(reads)
            moment.stream_lag, moment.timeline_lag = _seconds_of(streams), _seconds_of(timelines)
            moment.refused, moment.errors = sum(tick.refused for tick in here), sum(tick.errors for tick in here)
            moment.late = max((tick.late for tick in here), default=0.0)
            spent = sum(tick.cpu for tick in here)
            moment.load_cpu = spent - before.get(second - 1, spent)
            before[second] = spent
        return [self._moments[second] for second in seconds]


async def _kept(db: Database, network: Network) -> dict[int, int]:
    """Number → author's account of the posts of the load that are in the database."""
    async with db.system() as tx:
        rows = await tx.all(KEPT, {"org": network.org_id, "network": network.id})
    return {row["number"]: row["account_id"] for row in rows}


async def _size(db: Database) -> int:
    """Bytes of the database on disk."""
    async with db.system() as tx:
        size: int = await tx.value("SELECT pg_database_size(current_database())")
    return size


def _wanted(load: Load, second: int) -> float:
    """Posts that were to be sent in one second."""
    due, at = 0.0, 0.0
    for phase in load.phases:
        inside = min(second + 1, at + phase.seconds) - max(second, at)
        due += max(0.0, inside) * phase.posts_per_s
        at += phase.seconds
    return due


def _both(of: Histogram) -> tuple[float | None, float | None]:
    return histogram.quantile(of, 0.5), histogram.quantile(of, 0.99)


def _seconds_of(of: Histogram) -> float | None:
    worst = histogram.quantile(of, 0.99)
    return None if worst is None else worst / 1000


KEPT = """
SELECT substring(source FROM 'zq([0-9]{8})')::int AS number, account_id FROM posts
WHERE org_id = %(org)s AND network_id = %(network)s AND source LIKE '%%zq%%'
"""

WAITING = """
SELECT (SELECT count(*) FROM outbox) AS outbox,
       (SELECT count(*) FROM jobs WHERE dead_at IS NULL AND run_at <= now()) AS jobs,
       (SELECT coalesce(held, rung) FROM surge_ladder) AS rung
"""
