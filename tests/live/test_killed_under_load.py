"""The server killed at random moments under load: no acknowledged post lost or doubled, no notification either."""

from __future__ import annotations

import asyncio
import random
import socket
from collections import Counter
from pathlib import Path

import httpx2

from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import PUBLIC, Person, Square, open_square
from tests.live.test_resuming import start

WRITERS = ("bjorn", "shop", "reporter")
EACH = 40
EACH_LIFE = 10


class Writer:
    """Posts through HTTP and, when no answer comes, asks again with the same Idempotency-Key until one does."""

    def __init__(self, port: int, person: Person) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1/statuses"
        self._headers = {"host": PUBLIC, "authorization": f"Bearer {person.token}"}
        self._handle = person.handle
        self.acknowledged: list[str] = []
        self.failures = 0

    async def write(self) -> None:
        async with httpx2.AsyncClient(timeout=10) as http:
            for number in range(EACH):
                text = f"@anna {number} from {self._handle}"
                self.acknowledged.append(await self._until_acknowledged(http, text))
                await asyncio.sleep(0.05)

    async def _until_acknowledged(self, http: httpx2.AsyncClient, text: str) -> str:
        headers = {**self._headers, "idempotency-key": text}
        while True:
            try:
                response = await http.post(self._url, json={"status": text}, headers=headers)
            except httpx2.TransportError:
                self.failures += 1
                await asyncio.sleep(0.05)
                continue
            assert response.status_code == 200, response.text
            return str(response.json()["id"])


async def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(
    fresh_database: TestDatabase, tmp_path: Path
) -> None:
    chance = random.Random(23)
    async with open_square(fresh_database, tmp_path / "here") as square:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        writers = [Writer(port, square.person(PUBLIC, handle)) for handle in WRITERS]
        server = await start(square, tmp_path, port)
        writing = [asyncio.create_task(writer.write()) for writer in writers]
        deaths = 0
        try:
            while not all(task.done() for task in writing):
                await heard(writers, writing)
                await asyncio.sleep(chance.random() * 0.8)
                server.kill()
                await server.wait()
                deaths += 1
                server = await start(square, tmp_path, port)
            await asyncio.gather(*writing)
            await answering(port)
            await settled(square)
        finally:
            server.kill()
            await server.wait()
        assert deaths > 1
        assert sum(writer.failures for writer in writers) > 0, "the test must have cut requests"
        acknowledged = [id_ for writer in writers for id_ in writer.acknowledged]
        assert len(set(acknowledged)) == len(WRITERS) * EACH
        async with square.services.db.system() as tx:
            stored = await tx.column("SELECT id::text FROM posts WHERE network_id = %s", (square.networks[PUBLIC].id,))
            counts = await tx.column(
                "SELECT posts_count FROM accounts WHERE id = ANY(%s)", ([square.person(PUBLIC, w).id for w in WRITERS],)
            )
            notices = Counter(await tx.column("SELECT post_id::text FROM notices WHERE type = 'mention'"))
            logged = Counter(
                await tx.column("SELECT payload ->> 'post_id' FROM event_log WHERE kind = 'PostPublished'")
            )
            dead = await tx.all("SELECT effect, error FROM dead_events")
        assert sorted(stored) == sorted(acknowledged)
        assert counts == [EACH] * len(WRITERS)
        assert notices == Counter(acknowledged)
        assert logged == Counter(acknowledged)
        assert dead == []


async def heard(writers: list[Writer], writing: list[asyncio.Task[None]]) -> None:
    """Until this life of the server has acknowledged a few posts: killed sooner, a slow one would get nowhere."""
    before = sum(len(writer.acknowledged) for writer in writers)
    async with asyncio.timeout(120):
        while sum(len(writer.acknowledged) for writer in writers) < before + EACH_LIFE:
            if all(task.done() for task in writing):
                return
            await asyncio.sleep(0.02)


async def answering(port: int) -> None:
    """Until the server takes connections: killed before that, it would never come to write anything."""
    async with asyncio.timeout(120):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def settled(square: Square) -> None:
    """Until the relay has nothing left to move."""
    async with asyncio.timeout(60):
        while True:
            async with square.services.db.system() as tx:
                if not await tx.value("SELECT count(*) FROM outbox"):
                    return
            await asyncio.sleep(0.1)
