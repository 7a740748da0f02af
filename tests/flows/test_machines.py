"""Two machines on one database are one server to their clients: what happens on one holds on the other."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
import websockets

from tests.fixtures.backends import Backend
from tests.fixtures.cluster import TestDatabase
from tests.flows.machines import bus, counts, machines  # noqa: F401 - two are fixtures
from tests.flows.served import Served
from tests.flows.test_kill import TARGETS, WRITERS, WRITTEN, Ledger, Listener, Writer, until
from tests.flows.test_processes import PIXEL
from tests.live.readers import Socket, SseReader
from torg.access import tokens as access
from torg.accounts import reads as accounts
from torg.orgs import store as orgs

pytestmark = pytest.mark.slow

EACH = 12
CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
GENERAL, REGISTRATIONS = 300, 5


@pytest.fixture
def two_machines(
    place: Path,
    fresh_database: TestDatabase,
    bus: Backend,  # noqa: F811
    counts: Backend,  # noqa: F811
) -> Callable[..., Any]:
    return lambda **options: machines(place, fresh_database, bus, counts, **options)


async def said(http: httpx2.AsyncClient, text: str, **fields: Any) -> str:
    """Post; the id."""
    answer = await http.post("/api/v1/statuses", json={"status": text, **fields})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def ids(http: httpx2.AsyncClient, path: str) -> list[str]:
    answer = await http.get(path, params={"limit": 40})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()]


async def id_of(http: httpx2.AsyncClient, handle: str) -> str:
    return str((await http.get("/api/v1/accounts/lookup", params={"acct": handle})).json()["id"])


async def socket(served: Served, token: str, stream: str) -> Socket:
    connection = await websockets.connect(
        f"ws://{served.host}/api/v1/streaming?stream={stream}",
        host="127.0.0.1", port=served.port, additional_headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    return Socket(connection)


async def test_a_post_is_seen_everywhere_once_and_in_order(two_machines: Callable[..., Any]) -> None:
    async with two_machines() as house, contextlib.AsyncExitStack() as stack:
        given = await house.one.tokens("anna", "samir", "sofia")
        writers = [
            await stack.enter_async_context(served.client(given[handle]))
            for served, handle in zip(house.both, ("anna", "samir"), strict=True)
        ]
        reading = [await stack.enter_async_context(served.client(given["sofia"])) for served in house.both]
        assert (await reading[0].post(f"/api/v1/accounts/{await id_of(reading[0], 'anna')}/follow")).status_code == 200
        streams = [
            await SseReader.open(served.port, f"/api/v1/streaming/{kind}", host=served.host, token=given["sofia"])
            for served in house.both
            for kind in ("user", "public")
        ]
        sockets = [await socket(served, given["sofia"], kind) for served in house.both for kind in ("user", "public")]
        for http in reading:  # so that both have an answer to give from memory
            await ids(http, "/api/v1/timelines/home")
            await ids(http, "/api/v1/timelines/home")

        async def write(http: httpx2.AsyncClient, name: str) -> list[str]:
            return [await said(http, f"number {number} by {name}") for number in range(EACH)]

        by_anna, by_samir = await asyncio.gather(write(writers[0], "anna"), write(writers[1], "samir"))
        everything = {*by_anna, *by_samir}
        orders = []
        for stream in streams:
            assert stream.status == 200
            async with asyncio.timeout(60):
                while len([one for one in stream.heard if one.event == "update"]) < len(everything):
                    await stream._chunk()
            numbers = [one.id for one in stream.heard]
            assert numbers == sorted(set(numbers)), "in the order of the log"
            orders.append([one.data["id"] for one in stream.heard if one.event == "update"])
        for one in sockets:
            heard: list[str] = []
            while len(heard) < len(everything):
                message = await one.hear()
                heard += [message["payload"]["id"]] if message["event"] == "update" else []
            orders.append(heard)
        assert all(order == orders[0] for order in orders), (
            "the same order on both machines and in every kind of stream"
        )
        assert Counter(orders[0]) == Counter(everything), "each once"
        assert [id_ for id_ in orders[0] if id_ in by_anna] == by_anna

        newest_first = sorted(everything, key=int, reverse=True)
        for http in reading:

            async def there(http: httpx2.AsyncClient = http) -> bool:
                return (await ids(http, "/api/v1/timelines/home"))[: len(everything)] == newest_first

            await until(there)
        assert await ids(reading[0], "/api/v1/timelines/home") == await ids(reading[1], "/api/v1/timelines/home")
        async with house.two.client() as visitor:
            page = (await visitor.get("/@anna", headers={"accept": "text/html"})).text
            assert all(f"number {number} by anna" in page for number in range(EACH))
        for stream in streams:
            stream.cut()
        for one in sockets:
            await one.socket.close()


async def test_what_holds_on_one_machine_holds_on_the_other(two_machines: Callable[..., Any]) -> None:
    async with two_machines() as house, contextlib.AsyncExitStack() as stack:
        given = await house.one.tokens("anna", scopes="read write follow push admin:read admin:write")
        given |= await house.one.tokens("sofia", "samir", "bjorn")
        here, there = [await stack.enter_async_context(served.client(given["sofia"])) for served in house.both]
        bjorn = await stack.enter_async_context(house.one.client(given["bjorn"]))
        anna = await stack.enter_async_context(house.one.client(given["anna"]))
        who = await id_of(here, "bjorn")
        first = await said(bjorn, "before anything")

        async def home(wanted: str, *, shown: bool) -> None:
            """Until machine two's home, asked for again and again (and so from memory), shows it or does not."""

            async def so() -> bool:
                return (wanted in await ids(there, "/api/v1/timelines/home")) is shown

            await until(so)

        async def act(verb: str) -> None:
            answer = await here.post(f"/api/v1/accounts/{who}/{verb}")
            assert answer.status_code == 200, answer.text

        await home(first, shown=False)
        await act("follow")
        await home(first, shown=True)
        await act("mute")
        await home(first, shown=False)
        await act("unmute")
        await home(first, shown=True)
        await act("block")
        await home(first, shown=False)
        stream = await SseReader.open(
            house.two.port, "/api/v1/streaming/public", host=house.two.host, token=given["sofia"]
        )
        await said(bjorn, "while blocked")
        after = await said(anna, "for everybody")
        async with asyncio.timeout(60):
            while not stream.heard:
                await stream._chunk()
        assert [one.data["id"] for one in stream.heard] == [after], "streams of machine two know of the block"
        stream.cut()

        async def answered(http: httpx2.AsyncClient, status: int) -> None:
            async def so() -> bool:
                found = (await http.get("/api/v1/accounts/verify_credentials")).status_code
                assert found in (200, status)
                return found == status

            await until(so)

        revoked = await stack.enter_async_context(house.two.client(given["samir"]))
        listening = await SseReader.open(
            house.two.port, "/api/v1/streaming/user", host=house.two.host, token=given["samir"]
        )
        await answered(revoked, 200)
        async with house.one.services() as services:
            async with services.db.system() as tx:
                network = await orgs.network_by_host(tx, house.one.host)
            assert network is not None
            async with services.db.tx(network.scope) as tx:
                account = await accounts.local_named(tx, "samir")
                assert account is not None
                await access.revoke_of_account(tx, account.id)
        await answered(revoked, 401)
        await listening.until_end()

        suspended = await stack.enter_async_context(house.two.client(given["bjorn"]))
        listening = await SseReader.open(
            house.two.port, "/api/v1/streaming/user", host=house.two.host, token=given["bjorn"]
        )
        await answered(suspended, 200)
        assert (await anna.post(f"/api/v1/admin/accounts/{who}/action", json={"type": "suspend"})).status_code == 200
        await answered(suspended, 403)
        await listening.until_end()
        async with house.two.client() as visitor:

            async def gone() -> bool:
                return (await visitor.get("/@bjorn", headers={"accept": "text/html"})).status_code in (404, 410)

            await until(gone)


async def test_limits_count_together(two_machines: Callable[..., Any]) -> None:
    async with two_machines(limits="on") as house, contextlib.AsyncExitStack() as stack:
        token = (await house.one.tokens("anna"))["anna"]
        here, there = [await stack.enter_async_context(served.client(token)) for served in house.both]

        async def hit(http: httpx2.AsyncClient) -> int | None:
            """What is left after one more request; None: refused."""
            answer = await http.get("/api/v1/accounts/verify_credentials")
            assert answer.status_code in (200, 429)
            return int(answer.headers["x-ratelimit-remaining"]) if answer.status_code == 200 else None

        through, began = 0, await window(here)

        async def goes(http: httpx2.AsyncClient, times: int) -> int | None:
            nonlocal through
            left = None
            for _ in range(times):
                left = await hit(http)
                through += left is not None
            return left

        assert await goes(here, GENERAL // 2) is not None

        async def heard_of() -> bool:
            left = await goes(there, 1)
            assert left is not None
            return left < GENERAL - GENERAL // 2

        await until(heard_of)
        while await goes(there, 1) is not None:
            pass

        async def refused() -> bool:
            return await goes(here, 1) is None

        await until(refused)
        assert await window(here) == began, "NOT TESTED: a new window of five minutes began meanwhile"
        assert GENERAL - 1 <= through + 1 < 2 * GENERAL - GENERAL // 4, "not once for each machine"

        statuses = []
        for number in range(REGISTRATIONS + 3):
            async with house.both[number % 2].client() as stranger:
                answer = await stranger.post("/auth/sign_up", data={"handle": "x"})
                statuses.append(answer.status_code)
        assert [status == 429 for status in statuses] == [False] * REGISTRATIONS + [True] * 3, "to the hit"
        house.valkey.kill()
        for served in house.both:
            async with served.client() as stranger:
                assert (await stranger.get("/api/v2/instance")).status_code == 200, "each counts for itself"

        async def told() -> bool:
            return all("rate limits without Valkey" in served.said() for served in house.both)

        await until(told)


async def window(http: httpx2.AsyncClient) -> str:
    return str((await http.get("/api/v1/accounts/verify_credentials")).headers["x-ratelimit-reset"])


async def test_files_of_one_machine_are_seen_on_the_other(two_machines: Callable[..., Any]) -> None:
    async with two_machines() as house, contextlib.AsyncExitStack() as stack:
        token = (await house.one.tokens("anna"))["anna"]
        here, there = [await stack.enter_async_context(served.client(token)) for served in house.both]
        for first, second in ((here, there), (there, here)):
            uploaded = await first.post("/api/v2/media", files={"file": ("a.gif", PIXEL, "image/gif")})
            assert uploaded.status_code in (200, 202), uploaded.text
            media_id = uploaded.json()["id"]

            async def made(http: httpx2.AsyncClient = second, media_id: str = media_id) -> bool:
                return (await http.get(f"/api/v1/media/{media_id}")).status_code == 200

            await until(made)
            id_ = await said(second, "with a picture", media_ids=[media_id])

            async def read(http: httpx2.AsyncClient = first, id_: str = id_) -> bool:
                return (await http.get(f"/api/v1/statuses/{id_}")).status_code == 200

            await until(read)
            shown = (await first.get(f"/api/v1/statuses/{id_}")).json()["media_attachments"][0]
            path = shown["url"].partition(house.one.host)[2]
            files = [await http.get(path) for http in (first, second)]
            assert [file.status_code for file in files] == [200, 200]
            assert files[0].content == files[1].content != b""


async def test_bus_counts_and_a_machine_killed_under_load(
    two_machines: Callable[..., Any], fresh_database: TestDatabase
) -> None:
    """Readers on both machines get every acknowledged post once, in the order of the log, whatever dies."""
    ledger, stop = Ledger(), asyncio.Event()
    async with two_machines() as house:
        tokens = await house.one.tokens(*WRITERS, "bjorn")
        async with house.one.client(tokens["bjorn"]) as http:
            targets = {handle: await id_of(http, handle) for handle in TARGETS}
        ready = [asyncio.Event(), asyncio.Event()]
        listeners = [Listener(served, tokens["bjorn"]) for served in house.both]
        listening = [
            asyncio.create_task(listener.listen(event)) for listener, event in zip(listeners, ready, strict=True)
        ]
        await asyncio.wait_for(asyncio.gather(*(event.wait() for event in ready)), 60)
        writing = [
            asyncio.create_task(Writer(house.both[number % 2], handle, tokens[handle], ledger, stop).write(targets))
            for number, handle in enumerate(WRITERS)
        ]

        def posts_by(served: Served) -> int:
            writers = WRITERS[house.both.index(served) :: 2]
            return sum(any(f"from {handle}" in text for handle in writers) for text in ledger.posts.values())

        async def loaded(*on: Served) -> None:
            """Until ten more posts were said on each, and its reader was cut off and came back."""
            enough = {served.port: posts_by(served) + 10 for served in on}
            cuts = {served.port: listeners[house.both.index(served)].connections for served in on}

            async def so() -> bool:
                assert not any(task.done() for task in writing), await asyncio.gather(*writing)
                return all(
                    posts_by(served) >= enough[served.port]
                    and listeners[house.both.index(served)].connections > cuts[served.port]
                    for served in on
                )

            await until(so, 120)

        await loaded(*house.both)
        house.nats.kill()
        await loaded(*house.both)
        house.valkey.kill()
        await loaded(*house.both)
        house.nats.start()
        house.valkey.start()
        await loaded(*house.both)
        with psycopg.connect(fresh_database.conninfo("torg_owner")) as owner:
            assert owner.execute(CUT).rowcount > 3
        await loaded(*house.both)
        for dies, stays in (house.both, house.both[::-1]):
            await dies.end(signal.SIGKILL)
            await loaded(stays)
            await dies.start(*(("--demo",) if dies is house.one else ("--web", "1", "--workers", "1")))
            await loaded(*house.both)
        stop.set()
        await asyncio.gather(*writing)
        logged = await everything_logged(house.one, ledger)
        for listener in listeners:

            async def caught_up(listener: Listener = listener) -> bool:
                return {id_ for _, id_ in listener.heard} >= set(ledger.posts)

            await until(caught_up)
            assert [one for one in listener.heard if one[1] in ledger.posts] == logged, "once, in the log's order"
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def everything_logged(served: Served, ledger: Ledger) -> list[tuple[int, str]]:
    """The log's posts, once all is in it: each acknowledged post once, and no other."""
    async with served.services() as services:

        async def settled() -> bool:
            async with services.db.system() as tx:
                return not await tx.value("SELECT count(*) FROM outbox")

        await until(settled)
        async with services.db.system() as tx:
            rows = await tx.all(
                """SELECT seq, payload ->> 'post_id' AS id FROM event_log WHERE kind = 'PostPublished'
                   AND payload ->> 'post_id' = ANY(%s) ORDER BY seq""",
                (list(ledger.posts),),
            )
            numbers = await tx.column("SELECT seq FROM event_log ORDER BY seq")
            stored = Counter(await tx.column(WRITTEN))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "the log has no gap"
    assert stored == Counter(ledger.posts.keys()), "each acknowledged post is there once, and no other"
    assert Counter(row["id"] for row in rows) == Counter(ledger.posts.keys())
    return [(row["seq"], row["id"]) for row in rows]
