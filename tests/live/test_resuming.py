"""T8: a reader cut off by its network or by the death of the server misses nothing and gets nothing twice."""

from __future__ import annotations

import asyncio
import random
import socket
import sys
from pathlib import Path

from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import PUBLIC, Person, Square, open_square
from tests.live.readers import Harbour, Heard, SseReader


async def published(square: Square) -> list[tuple[int, str]]:
    """(number, post id) of every post in the log of the public network, in its order."""
    network = square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        rows = await tx.all(
            """SELECT seq, payload ->> 'post_id' AS id FROM event_log
               WHERE network_id = %s AND kind = 'PostPublished' ORDER BY seq""",
            (network.id,),
        )
    return [(row["seq"], row["id"]) for row in rows]


def numbered(heard: list[Heard]) -> list[tuple[int, str]]:
    return [(one.id or 0, one.data["id"]) for one in heard]


class Wanderer:
    """A reader whose connection is cut again and again; it comes back with the number that it had last."""

    def __init__(self, port: int, person: Person, path: str, chance: random.Random) -> None:
        self._port, self._person, self._path, self._chance = port, person, path, chance
        self._last: int | None = None
        self.heard: list[Heard] = []
        self.connections = 0
        self.enough = asyncio.Event()

    async def wander(self, ready: asyncio.Event) -> None:
        while not self.enough.is_set():
            try:
                reader = await SseReader.open(
                    self._port, self._path, host=PUBLIC, token=self._person.token, last=self._last
                )
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.05)  # the server is down at the moment
                continue
            assert reader.status == 200, reader.body
            self.connections += 1
            ready.set()
            listening = asyncio.create_task(reader.listen())
            await asyncio.wait([listening], timeout=0.02 + self._chance.random() * 0.5)
            reader.cut()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            self.heard += reader.heard
            self._last = reader.last_id

    async def until_heard(self, last: str) -> None:
        async with asyncio.timeout(90):
            while not (self.heard and self.heard[-1].data["id"] == last):
                await asyncio.sleep(0.05)
        self.enough.set()


async def test_a_reader_cut_at_random_hears_the_whole_log_once_and_in_order(harbour: Harbour) -> None:
    square, chance = harbour.square, random.Random(8)
    await harbour.relation("follows", square.anna, square.bjorn)
    await harbour.relation("follows", square.anna, square.shop)
    wanderers = [
        Wanderer(harbour.port, square.anna, "/api/v1/streaming/user", chance),
        Wanderer(harbour.port, square.nobody(), "/api/v1/streaming/public", chance),
    ]
    ready = [asyncio.Event() for _ in wanderers]
    wandering = [asyncio.create_task(w.wander(r)) for w, r in zip(wanderers, ready, strict=True)]
    await asyncio.gather(*(r.wait() for r in ready))

    async def talk(who: Person) -> int:
        """Sixty posts, and on until everybody has been cut off often enough."""
        number = 0
        while number < 60 or any(one.connections <= 3 for one in wanderers):
            await who.says(f"{number} by {who.handle}")
            number += 1
        return number

    said = sum(await asyncio.gather(talk(square.bjorn), talk(square.shop)))
    last = (await square.bjorn.says("the end"))["id"]
    await asyncio.gather(*(wanderer.until_heard(last) for wanderer in wanderers))
    await asyncio.gather(*wandering)
    log = await published(square)
    assert len(log) == said + 1
    for wanderer in wanderers:
        assert numbered(wanderer.heard) == log


async def test_a_killed_and_restarted_server_costs_its_readers_nothing(
    fresh_database: TestDatabase, tmp_path: Path
) -> None:
    chance = random.Random(15)
    async with open_square(fresh_database, tmp_path / "here") as square:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = await start(square, tmp_path, port)
        wanderer = Wanderer(port, square.nobody(), "/api/v1/streaming/public", chance)
        ready = asyncio.Event()
        wandering = asyncio.create_task(wanderer.wander(ready))
        await ready.wait()

        async def talk() -> str:
            for number in range(150):
                await square.bjorn.says(str(number))
                await asyncio.sleep(0.02)
            return str((await square.bjorn.says("the end"))["id"])

        talking = asyncio.create_task(talk())
        deaths = 0
        while not talking.done():
            await asyncio.sleep(0.3 + chance.random())
            server.kill()
            await server.wait()
            deaths += 1
            server = await start(square, tmp_path, port)
        try:
            await wanderer.until_heard(await talking)
            await wandering
        finally:
            server.kill()
            await server.wait()
        assert deaths >= 2
        assert numbered(wanderer.heard) == await published(square)
        assert len(wanderer.heard) == 151


async def start(square: Square, folder: Path, port: int) -> asyncio.subprocess.Process:
    root = Path(__file__).parents[2]
    db = square.services.db
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.live.quay", str(folder / "there"), str(port), db.app_conninfo, db.system_conninfo,
        cwd=root, env={"PYTHONPATH": f"{root / 'src'}:{root}"},
    )  # fmt: skip


async def test_a_number_from_the_future_or_nonsense_means_from_now_on(harbour: Harbour) -> None:
    square = harbour.square
    earlier = await harbour.sse(square.nobody(), "public")
    await square.bjorn.says("before")
    await earlier.until(1)
    stream = await harbour.sse(square.nobody(), "public", last=10**9)
    nonsense = await harbour.sse(square.nobody(), "public", last_event_id="-1; DROP TABLE")
    await square.bjorn.says("after")
    for one in (stream, nonsense):
        assert (await one.until(1))[-1].data["content"] == "<p>after</p>"


async def test_what_was_missed_comes_by_the_rules_of_the_present(harbour: Harbour) -> None:
    """A post deleted or an author blocked in the meantime is not shown to a reader that comes back."""
    square = harbour.square
    stream = await harbour.sse(square.anna, "public")
    start = int(stream.headers["last-event-id"])
    stream.cut()
    await square.bjorn.says("stays")
    gone = await square.bjorn.says("goes")
    await square.shop.says("blocked")
    await square.bjorn.delete(f"/api/v1/statuses/{gone['id']}")
    await harbour.relation("blocks", square.anna, square.shop)
    back = await harbour.sse(square.anna, "public", last_event_id=str(start))
    await square.reporter.says("live")
    heard = await back.until(3)
    assert [one.event for one in heard] == ["update", "delete", "update"]
    assert [heard[0].data["content"], heard[2].data["content"]] == ["<p>stays</p>", "<p>live</p>"]


async def test_a_websocket_that_comes_back_with_its_last_number_misses_nothing(harbour: Harbour) -> None:
    square = harbour.square
    socket = await harbour.socket(square.anna, stream="user", last_event_id="")
    first = await square.anna.says("One")
    heard = await socket.hear()
    assert heard["payload"]["id"] == first["id"]
    await socket.socket.close()
    missed = [(await square.anna.says(text))["id"] for text in ("Two", "Three")]
    back = await harbour.socket(square.anna, stream="user", last_event_id=heard["id"])
    assert [(await back.hear())["payload"]["id"] for _ in missed] == missed
    now = await square.anna.says("Four")
    last = await back.hear()
    assert last["payload"]["id"] == now["id"]
    assert int(last["id"]) > int(heard["id"])


async def test_a_websocket_that_asks_for_no_numbers_is_told_none_and_nonsense_counts_as_now(harbour: Harbour) -> None:
    square = harbour.square
    plain = await harbour.socket(square.anna, stream="user")
    await square.anna.says("Before")
    assert "id" not in await plain.hear()
    odd = [await harbour.socket(square.anna, stream="user", last_event_id=said) for said in ("x", "-1", "9" * 18)]
    said = await square.anna.says("Now")
    assert "id" not in await plain.hear()
    for one in odd:
        assert (await one.hear())["payload"]["id"] == said["id"]
