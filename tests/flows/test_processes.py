"""`torg serve --web 2 --workers 1` is one server to its clients, also while its processes are killed one by one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import psutil
import psycopg
import pytest
import websockets
from psycopg.conninfo import make_conninfo

from tests.flows.served import Served, installation
from tests.flows.test_kill import TARGETS, WRITERS, WRITTEN, Ledger, Listener, Writer, until
from torg.access import sessions
from torg.accounts import reads as accounts
from torg.orgs import store as orgs

pytestmark = pytest.mark.slow

SEVERAL = ("--demo", "--web", "2", "--workers", "1")
LINES = 24
HOLDS = (("unfollow", False), ("follow", True), ("mute", False), ("unmute", True), ("block", False))
"""What one does to an author, and whether the author's post stands in one's home from then on."""
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00"
    b"\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


def processes(served: Served) -> list[psutil.Process]:
    """The parent's children in the order in which they were first started: web 1, web 2, worker 1."""
    assert served.process is not None
    found = []
    for child in sorted(psutil.Process(served.process.pid).children(), key=lambda one: one.pid):
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is one, too
            if "serve" in child.cmdline():
                found.append(child)
    return found


@contextlib.asynccontextmanager
async def lines(served: Served, token: str) -> AsyncIterator[list[httpx2.AsyncClient]]:
    """Clients with a connection each, of which both web processes have some."""
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(served.client(token)) for _ in range(LINES)]
        for client in clients:
            assert (await client.get("/health")).status_code == 200
        held = [
            sum(
                one.status == psutil.CONN_ESTABLISHED and one.laddr.port == served.port
                for one in process.net_connections()
            )
            for process in processes(served)
        ]
        assert held[0] > 0, held
        assert held[1] > 0, held
        assert held[2] == 0, "the worker answers nobody"
        yield clients


async def test_clients_see_one_server(place: Path) -> None:
    async with installation(place / "data", TORG_RATE_LIMITS="on") as served:
        await served.start(*SEVERAL)
        token = (await served.tokens("anna"))["anna"]
        async with lines(served, token) as clients:
            left = []
            for client in clients:
                answer = await client.get("/api/v1/accounts/verify_credentials")
                assert answer.status_code == 200, answer.text
                left.append(int(answer.headers["x-ratelimit-remaining"]))
            assert left == list(range(left[0], left[0] - LINES, -1)), "counted together"
            uploaded = await clients[0].post("/api/v2/media", files={"file": ("a.gif", PIXEL, "image/gif")})
            assert uploaded.status_code in (200, 202), uploaded.text
            media_id = uploaded.json()["id"]

            async def made() -> bool:
                return (await clients[1].get(f"/api/v1/media/{media_id}")).status_code == 200

            await until(made)
            said = await clients[2].post("/api/v1/statuses", json={"status": "seen", "media_ids": [media_id]})
            assert said.status_code == 200, said.text
            for client in clients:
                read = await client.get(f"/api/v1/statuses/{said.json()['id']}")
                assert [one["id"] for one in read.json()["media_attachments"]] == [media_id]
        await served.end(signal.SIGKILL)  # the parent, which has no time to stop the others
        assert await served.gone() == []


async def session(served: Served, handle: str) -> str:
    """The secret of a new session of a member, as the login page makes it."""
    async with served.services() as services:
        async with services.db.system() as tx:
            network = await orgs.network_by_host(tx, served.host)
        assert network is not None
        async with services.db.tx(network.scope) as tx:
            account = await accounts.local_named(tx, handle)
            assert account is not None
            return await sessions.begin(tx, account.id, ip="127.0.0.1", user_agent="tests")


async def test_streams_and_pages_do_not_depend_on_the_process(place: Path) -> None:
    """WebSockets held by both processes hear each post once; a browser's session is known to both."""
    async with installation(place / "data") as served:
        await served.start(*SEVERAL)
        tokens = await served.tokens("anna", "bjorn")
        async with contextlib.AsyncExitStack() as stack:
            listening = [
                await stack.enter_async_context(
                    websockets.connect(
                        f"ws://{served.host}/api/v1/streaming?stream=public",
                        host="127.0.0.1",
                        port=served.port,
                        additional_headers={"Authorization": f"Bearer {tokens['bjorn']}"},
                    )
                )
                for _ in range(LINES)
            ]
            clients = await stack.enter_async_context(lines(served, tokens["anna"]))
            said = []
            for number, client in enumerate(clients[:6]):
                answer = await client.post("/api/v1/statuses", json={"status": f"number {number}"})
                assert answer.status_code == 200, answer.text
                said.append(answer.json()["id"])
            for socket in listening:
                async with asyncio.timeout(60):
                    heard = [json.loads(json.loads(await socket.recv())["payload"])["id"] for _ in said]
                assert sorted(heard) == sorted(said), "each once, from whichever process"
            readers = await stack.enter_async_context(lines(served, tokens["bjorn"]))
            who = (await readers[0].get("/api/v1/accounts/lookup", params={"acct": "anna"})).json()["id"]
            for number in range(4):
                gone = (await clients[number].post("/api/v1/statuses", json={"status": "gone soon"})).json()["id"]
                for there in (True, False):
                    if not there:
                        assert (await clients[-number].delete(f"/api/v1/statuses/{gone}")).status_code == 200
                    for reader in readers:
                        home = {one["id"] for one in (await reader.get("/api/v1/timelines/home")).json()}
                        assert (gone in home) is there, number
            for number, (verb, shown) in enumerate(HOLDS):
                answer = await readers[number].post(f"/api/v1/accounts/{who}/{verb}")
                assert answer.status_code == 200, answer.text
                if shown:
                    said.append((await clients[number].post("/api/v1/statuses", json={"status": verb})).json()["id"])
                for reader in readers:  # at once, whichever process remembers what
                    home = {one["id"] for one in (await reader.get("/api/v1/timelines/home")).json()}
                    assert (said[-1] in home) is shown, verb
            cookie = {"Cookie": f"{sessions.COOKIE}={await session(served, 'anna')}", "Accept": "text/html"}
            for client in clients:
                del client.headers["authorization"]
                assert (await client.get("/settings/tags")).status_code != 200
                page = await client.get("/settings/tags", headers=cookie)
                assert page.status_code == 200, page.headers
        assert await served.end() == 0
        assert await served.gone() == []


async def test_processes_killed_one_by_one(place: Path) -> None:
    ledger, stop, ready = Ledger(), asyncio.Event(), asyncio.Event()
    async with installation(place / "data") as served:
        await served.start(*SEVERAL)
        tokens = await served.tokens(*WRITERS, "bjorn")
        async with served.client(tokens["bjorn"]) as http:
            targets = {
                handle: (await http.get("/api/v1/accounts/lookup", params={"acct": handle})).json()["id"]
                for handle in TARGETS
            }
        listener = Listener(served, tokens["bjorn"])
        listening = asyncio.create_task(listener.listen(ready))
        await asyncio.wait_for(ready.wait(), 30)
        writing = [
            asyncio.create_task(Writer(served, handle, tokens[handle], ledger, stop).write(targets))
            for handle in WRITERS
        ]
        async with served.services() as services:

            async def loaded() -> None:
                """Until twenty more posts are said, and the reader has been cut off and is back."""
                enough, cuts = len(ledger.posts) + 20, listener.connections

                async def enough_said() -> bool:
                    assert not any(task.done() for task in writing), await asyncio.gather(*writing)
                    return len(ledger.posts) >= enough and listener.connections > cuts

                await until(enough_said)

            web, other_web, worker = processes(served)
            for killed in (web, worker, other_web):
                await loaded()
                os.kill(killed.pid, signal.SIGKILL)

                async def three(gone: int = killed.pid) -> bool:
                    now = processes(served)
                    return len(now) == 3 and gone not in {one.pid for one in now}

                await until(three)
            await loaded()
            with psycopg.connect(make_conninfo(services.db.system_conninfo, user="torg_owner")) as owner:
                cut = owner.execute(
                    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
                ).rowcount
            assert cut > 3
            await loaded()
            served.kill_database()
            await loaded()
            stop.set()
            await asyncio.gather(*writing)

            async def settled() -> bool:
                async with services.db.system() as tx:
                    return not await tx.value("SELECT count(*) FROM outbox")

            await until(settled)
            async with services.db.system() as tx:
                logged = [
                    (row["seq"], row["id"])
                    for row in await tx.all(
                        """SELECT seq, payload ->> 'post_id' AS id FROM event_log WHERE kind = 'PostPublished'
                           AND payload ->> 'post_id' = ANY(%s) ORDER BY seq""",
                        (list(ledger.posts),),
                    )
                ]
                stored = Counter(await tx.column(WRITTEN))
        assert stored == Counter(ledger.posts.keys()), "each acknowledged post is there once, and no other"
        assert Counter(id_ for _, id_ in logged) == Counter(ledger.posts.keys())

        async def caught_up() -> bool:
            return {id_ for _, id_ in listener.heard} >= set(ledger.posts)

        await until(caught_up)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        heard = [one for one in listener.heard if one[1] in ledger.posts]
        assert heard == logged, "every event once, in the order of the log"
