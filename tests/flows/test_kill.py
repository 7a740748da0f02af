"""The server, then its database, killed at random moments under load: what was acknowledged is there once."""

from __future__ import annotations

import asyncio
import json
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.flows.served import Served, installation

DIES = ("server", "database", "server")
WRITERS = ("anna", "acme", "sofia", "samir")
TARGETS = ("bjorn", "weather")
NAMED = ("", "@bjorn ")
WRITTEN = "SELECT p.id::text FROM posts p WHERE source ~ '^(@bjorn )?number [0-9]+ from '"

pytestmark = pytest.mark.slow


@dataclass
class Ledger:
    """What the server has acknowledged."""

    posts: dict[str, str] = field(default_factory=dict)  # id → text
    favourites: set[tuple[str, str]] = field(default_factory=set)  # who, post id
    follows: set[tuple[str, str]] = field(default_factory=set)  # who, whom
    cut: int = 0


class Writer:
    """One person who posts, favours and follows, and asks again when no answer comes.

    Posts come in pairs at the same moment, one to nobody and one to somebody, which are written in different ways.
    """

    def __init__(self, served: Served, handle: str, token: str, ledger: Ledger, stop: asyncio.Event) -> None:
        self._served, self._handle, self._ledger, self._stop = served, handle, ledger, stop
        self._headers = {"host": served.host, "authorization": f"Bearer {token}"}

    async def write(self, targets: dict[str, str]) -> None:
        chance = random.Random(self._handle)
        async with httpx2.AsyncClient(base_url=self._served.url, timeout=10) as http:
            for whom, account_id in targets.items():
                await self._again(http, f"/api/v1/accounts/{account_id}/follow")
                self._ledger.follows.add((self._handle, whom))
            number = 0
            while not self._stop.is_set():
                number += 1
                await asyncio.gather(*(self._says(http, f"{to}number {number} from {self._handle}") for to in NAMED))
                liked = chance.choice(sorted(self._ledger.posts))
                await self._again(http, f"/api/v1/statuses/{liked}/favourite")
                self._ledger.favourites.add((self._handle, liked))
                await asyncio.sleep(chance.random() * 0.05)

    async def _says(self, http: httpx2.AsyncClient, text: str) -> None:
        made = await self._again(http, "/api/v1/statuses", json={"status": text}, headers={"idempotency-key": text})
        self._ledger.posts[made["id"]] = made["content"]

    async def _again(self, http: httpx2.AsyncClient, path: str, **options: Any) -> Any:
        headers = {**self._headers, **options.pop("headers", {})}
        while True:
            try:
                response = await http.post(path, headers=headers, **options)
            except httpx2.TransportError:
                self._ledger.cut += 1
                await asyncio.sleep(0.1)
                continue
            if response.status_code == 503:
                await asyncio.sleep(0.1)
                continue
            assert response.status_code == 200, f"{path}: {response.text}"
            return response.json()


class Listener:
    """A reader of the public stream, cut off again and again, that comes back with the number it had last."""

    def __init__(self, served: Served, token: str) -> None:
        self._served, self._token = served, token
        self.heard: list[tuple[int, str]] = []
        self.connections = 0
        self._last: str | None = None

    async def listen(self, ready: asyncio.Event) -> None:
        chance = random.Random(8)
        while True:
            try:
                async with asyncio.timeout(0.2 + chance.random() * 2):
                    await self._once(ready)
            except (TimeoutError, httpx2.TransportError):
                await asyncio.sleep(0.05)

    async def _once(self, ready: asyncio.Event) -> None:
        headers = {"last-event-id": self._last} if self._last else {}
        async with (
            self._served.client(self._token) as http,
            http.stream("GET", "/api/v1/streaming/public", headers=headers) as response,
        ):
            if response.status_code == 503:  # the database is not there
                return
            assert response.status_code == 200
            self.connections += 1
            if self._last is None:
                self._last = response.headers["last-event-id"]
            ready.set()
            told: dict[str, str] = {}
            async for line in response.aiter_lines():
                name, _, value = line.partition(": ")
                if line:
                    told[name] = value
                elif "id" in told:
                    self._last = told["id"]
                    if told.get("event") == "update":
                        self.heard.append((int(told["id"]), json.loads(told["data"])["id"]))
                    told = {}
                else:
                    told = {}


async def until(question: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await question():
            await asyncio.sleep(0.1)


async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(place: Path) -> None:
    chance, ledger, stop, ready = random.Random(64), Ledger(), asyncio.Event(), asyncio.Event()
    async with installation(place / "data") as served:
        await served.start()
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
        for dies in DIES:
            enough, cuts = len(ledger.posts) + 20, listener.connections

            async def loaded(enough: int = enough, cuts: int = cuts) -> bool:
                """Twenty more posts are said, and the reader has been cut off and is back."""
                assert not any(task.done() for task in writing), await asyncio.gather(*writing)
                return len(ledger.posts) >= enough and listener.connections > cuts

            await until(loaded)
            await asyncio.sleep(chance.random())
            if dies == "database":
                served.kill_database()
            else:
                await served.end(signal.SIGKILL)
                await served.start()
        stop.set()
        await asyncio.gather(*writing)
        assert ledger.cut > 0, "the test must have cut requests"
        async with served.services() as services:

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
                told = await tx.all(
                    """SELECT n.type, f.handle AS who, t.handle AS whom, n.post_id::text AS post FROM notices n
                       JOIN accounts f ON f.org_id = n.org_id AND f.id = n.from_id
                       JOIN accounts t ON t.org_id = n.org_id AND t.id = n.account_id
                       JOIN networks w ON w.org_id = n.org_id AND w.id = n.network_id WHERE w.host = %s""",
                    (served.host,),
                )
                dead = await tx.all("SELECT effect, error FROM dead_events")
        assert dead == []
        assert stored == Counter(ledger.posts.keys()), "each acknowledged post is there once, and no other"
        assert Counter(id_ for _, id_ in logged) == Counter(ledger.posts.keys())
        ours = set(ledger.posts)
        mentions = Counter(one["post"] for one in told if one["type"] == "mention" and one["post"] in ours)
        named = [id_ for id_, text in ledger.posts.items() if "bjorn" in text]
        assert 0 < len(named) < len(ours)
        assert mentions == Counter(named), "one notification of each mention"
        favourites = Counter(
            (one["who"], one["post"]) for one in told if one["type"] == "favourite" and one["post"] in ours
        )
        wanted = {(who, id_) for who, id_ in ledger.favourites if f"from {who}" not in ledger.posts[id_]}
        assert favourites == Counter(wanted), "one notification of each favourite, none of one's own"
        follows = Counter((one["who"], one["whom"]) for one in told if one["type"] == "follow")
        assert set(follows.values()) == {1}
        assert ledger.follows <= set(follows)

        async def caught_up() -> bool:
            return {id_ for _, id_ in listener.heard} >= ours

        await until(caught_up)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        heard = [one for one in listener.heard if one[1] in ours]
        assert heard == logged, "every event once, in the order of the log"
