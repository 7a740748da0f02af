"""Many hosts, some of them dead, and senders that are killed: the living get everything, and soon."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.delivery.office import Office
from tests.delivery.sinks import Sink, blackhole, refusing, sink

DEAD = 240


async def until(question: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(120):
        while not await question():
            await asyncio.sleep(0.02)


def many(host: str, count: int) -> list[str]:
    """So many inboxes of hosts that are all like this one: each address of 127.0.0.0/8 is this machine."""
    port = host.partition(":")[2]
    return [f"http://127.5.{number // 200}.{1 + number % 200}:{port}/inbox" for number in range(count)]


async def test_live_hosts_do_not_wait_for_dead_ones(office: Office) -> None:
    """Several times as many hosts as there are places hang or refuse, and they all came first."""
    async with AsyncExitStack() as stack:
        full, closed = stack.enter_context(blackhole()), stack.enter_context(refusing())
        mute = await stack.enter_async_context(sink(stall=True))
        live = [await stack.enter_async_context(sink()) for _ in range(5)]
        dead = [*many(full, DEAD // 3), *many(closed, DEAD // 3), *many(mute.host, DEAD // 3)]
        await office.send(*dead, n=0)
        for number in range(30):
            await office.send(*(server.inbox for server in live), n=number)
        courier = asyncio.create_task(office.courier().run())

        async def all_there() -> bool:
            return all(len(server.got) == 30 for server in live)

        await until(all_there)
        (counts,) = await office.run(
            "SELECT count(*) AS n FROM delivery_lanes WHERE failures = 0 AND answered_at IS NULL"
        )
        assert counts["n"] > DEAD // 3, "most of those that hang were still being waited for"
        assert all(server.numbers == list(range(30)) for server in live)
        courier.cancel()
        await asyncio.gather(courier, return_exceptions=True)


async def test_hosts_that_died_hold_nobody_up(office: Office) -> None:
    """The same with hosts that answered until now."""
    async with AsyncExitStack() as stack:
        full = stack.enter_context(blackhole())
        live = [await stack.enter_async_context(sink()) for _ in range(5)]
        dead = many(full, DEAD)
        hosts = [inbox.split("/")[2] for inbox in dead] + [server.host for server in live]
        await office.run("INSERT INTO delivery_lanes (host, answered_at) SELECT unnest(%s::text[]), now()", hosts)
        await office.send(*dead, n=0)
        await office.send(*(server.inbox for server in live), n=1)
        courier = asyncio.create_task(office.courier().run())

        async def all_there() -> bool:
            return all(len(server.got) == 1 for server in live)

        await until(all_there)
        (counts,) = await office.run("SELECT count(*) AS n FROM delivery_lanes WHERE failures > 0")
        assert counts["n"] < DEAD // 2, "they were not waited for"
        courier.cancel()
        await asyncio.gather(courier, return_exceptions=True)


@asynccontextmanager
async def sender(office: Office, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that brings deliveries."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.sender", office.db.app_conninfo, office.db.system_conninfo, str(folder),
        cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_killed_sender_loses_nothing_and_doubles_little(office: Office, tmp_path: Path) -> None:
    hosts, each, enough = 8, 150, 200
    async with AsyncExitStack() as stack:
        servers: list[Sink] = [await stack.enter_async_context(sink()) for _ in range(hosts)]
        for number in range(each):
            await office.send(*(server.inbox for server in servers), n=number)

        async def amid() -> bool:
            return sum(len(server.got) for server in servers) >= enough

        async def done() -> bool:
            return await office.rows() == []

        async with sender(office, tmp_path) as process:
            await until(amid)
            process.kill()
            await process.wait()
        assert await office.rows() != [], "it was killed in the middle of it"
        left = Counter(row["host"] for row in await office.rows())
        seen = {server.host: len(server.got) for server in servers}
        async with sender(office, tmp_path):
            await until(done)
        for server in servers:
            counted = Counter(server.numbers)
            assert set(counted) == set(range(each)), "nothing is lost"
            # What had been brought and not told the database: it was on its way, and came once more
            again = {number for number, times in counted.items() if times > 1}
            assert max(counted.values()) <= 2
            assert len(again) <= seen[server.host] - (each - left[server.host])
            first = list(dict.fromkeys(server.numbers))
            assert first == list(range(each)), "in their order"
