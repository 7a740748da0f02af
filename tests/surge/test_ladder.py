"""The ladder under faults: what is slow, full or stopped moves it, in every process, and it comes down by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import PUBLIC, Square, open_square
from tests.surge.faults import held, locked, released
from tests.web.reader import Reader
from torg.engine.gather import refusals
from torg.engine.relay import Relay
from torg.health.meter import METER
from torg.kernel import pressures
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.config import Settings
from torg.live.connection import Connection
from torg.live.model import Frame, Message, Topic
from torg.serve.app import recorder
from torg.serve.effects import EFFECTS
from torg.serve.services import open_services
from torg.serve.surge import postponed
from torg.surge import actions, reads, store
from torg.surge.model import Ladder, Rung, Step
from torg.surge.watch import Watch

PATIENCE = 60
QUICK = {"surge_rise": 0, "surge_fall": 0}
"""A rung at each look, without waiting: test_rules.py has the seconds."""
SECONDS = {"surge_rise": 1, "surge_fall": 1}


def only(name: str, steps: str) -> Mapping[str, pressures.Steps]:
    """So that one measure alone leads anywhere."""
    return {**dict.fromkeys(pressures.STEPS, NEVER), name: pressures.read(f"{name}={steps}")[name]}


NEVER = (0.0, 0.0, 0.0, 0.0)


async def until(watch: Watch, true: Callable[[], bool], again: Callable[[], Awaitable[object]] | None = None) -> None:
    """Look again and again until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            if again is not None:
                await again()
            await watch.look(watch.measured())
            await asyncio.sleep(0.05)


async def steps(square: Square) -> list[Step]:
    """In the order of time."""
    async with square.services.db.system() as tx:
        return list(reversed(await reads.steps(tx, now().replace(hour=0, minute=0))))


async def test_effects_that_are_stuck_lead_up_and_their_end_leads_down(
    fresh_database: TestDatabase, tmp_path: Path
) -> None:
    """The fault: somebody holds a lock that the effects need, so that events pile up behind it."""
    at = only("relay_s", "0.1/0.2/0.3/0.4")
    async with open_square(fresh_database, tmp_path, surge_at=at, **QUICK) as square:
        services, watch = square.services, square.services.surge
        relay = Relay(services.db, EFFECTS, services, postponed=postponed(watch))
        async with locked(square, "LOCK TABLE post_search IN ACCESS EXCLUSIVE MODE"):
            post = (await square.anna.says("tomatoes"))["id"]
            stuck = asyncio.create_task(relay.drain())
            await until(watch, lambda: watch.rung is Rung.STREAMS)
            assert not stuck.done()
            assert (await square.bjorn.post("/api/v1/statuses", json={"status": "said"})).status_code == 200, "no rung"
        await stuck
        await until(watch, lambda: watch.rung is Rung.CALM, again=square.settle)
        await square.settle()
        found = await square.shop.get("/api/v2/search", params={"q": "tomatoes", "type": "statuses"})
        assert [one["id"] for one in found.json()["statuses"]] == [post]
        taken = await steps(square)
        assert [(one.rung_before, one.rung_after) for one in taken] == [
            (0, 1), (1, 2), (2, 3), (3, 4), (4, 3), (3, 2), (2, 1), (1, 0),
        ]  # fmt: skip
        assert all(one.cause.startswith("relay_s ") for one in taken[:4])
        assert not any(one.by_hand for one in taken)


async def test_posts_that_wait_to_be_written_lead_up(fresh_database: TestDatabase, tmp_path: Path) -> None:
    """The fault: an author's row is locked, and the posts that all want to be written pile up behind it."""
    at = only("posts_waiting", "2/4/6/8")
    async with open_square(fresh_database, tmp_path, surge_at=at, **QUICK) as square:
        watch = square.services.surge
        async with locked(square, "SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE", square.anna.id):
            saying = [asyncio.create_task(square.anna.says(f"post {n}")) for n in range(25)]
            await until(watch, lambda: watch.rung is Rung.STREAMS)
            assert not any(task.done() for task in saying)
        assert len({one["id"] for one in await asyncio.gather(*saying)}) == 25, "late, and none is lost"
        await until(watch, lambda: watch.rung is Rung.CALM)


async def test_posts_that_are_refused_are_counted_and_shown(fresh_database: TestDatabase, tmp_path: Path) -> None:
    """The fault: an author's row is locked, and there is room for five to wait."""
    room, wanted = 5, 25
    async with open_square(fresh_database, tmp_path) as square:
        services, watch, began = square.services, square.services.surge, now()
        written = recorder(services)
        for forget in (refusals.take, METER.take):
            forget()
        services.plain._line._room = room
        async with locked(square, "SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE", square.anna.id):
            saying = [
                asyncio.create_task(square.anna.post("/api/v1/statuses", json={"status": f"post {n}"}))
                for n in range(wanted)
            ]
            await until(watch, lambda: sum(task.done() for task in saying) == wanted - room)
            refused = [task.result() for task in saying if task.done()]
            assert {answer.status_code for answer in refused} == {503}
            assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        answers = await asyncio.gather(*saying)
        assert sum(answer.status_code == 200 for answer in answers) == room, "who was not refused is served"
        await watch.look(watch.measured())
        written._since = time.monotonic() - 60
        await written.write()
        async with services.db.system() as tx:
            found = await reads.refused(tx, began.replace(second=0, microsecond=0))
        assert found.posts == pytest.approx(wanted - room, abs=1), "as times a minute, of a minute"
        desk = await Reader(square).enters("anna")
        page = (await desk.open("/admin/health")).text
        assert "Posts were refused for want of room" in page


async def test_a_pool_without_connections_leads_up(fresh_database: TestDatabase, tmp_path: Path) -> None:
    """The fault: requests hold all connections while they wait for a lock, so that others get none."""
    at = only("pool_waiting", "2/4/6/8")
    async with open_square(fresh_database, tmp_path, surge_at=at, **QUICK) as square:
        watch = square.services.surge
        post = (await square.anna.says("mark me"))["id"]
        async with locked(square, "LOCK TABLE favourites IN ACCESS EXCLUSIVE MODE"):
            marking = [asyncio.create_task(square.bjorn.post(f"/api/v1/statuses/{post}/favourite")) for _ in range(25)]
            await until(watch, lambda: watch.rung is Rung.STREAMS)
        assert {answer.status_code for answer in await asyncio.gather(*marking)} <= {200, 503}
        await until(watch, lambda: watch.rung is Rung.CALM)


async def test_what_else_is_measured_leads_up_and_down(fresh_database: TestDatabase, tmp_path: Path) -> None:
    """The faults: a loop that is blocked, a log that is not handed on, readers that do not read, no free connection."""
    async with open_square(fresh_database, tmp_path, **QUICK) as square:
        services, watch = square.services, square.services.surge

        async def led(measure: str, steps: str, fault: Callable[[], Awaitable[object]]) -> None:
            watch._settings = msgspec.structs.replace(services.settings, surge_at=only(measure, steps), **QUICK)
            watch.measured()
            await until(watch, lambda: watch.rung is Rung.STREAMS, again=fault)
            assert watch.standing.ladder.cause.startswith(f"{measure} "), watch.standing

        async def blocked() -> None:
            resting = asyncio.create_task(watch._gauges.rest(0.05))
            await asyncio.sleep(0)
            time.sleep(0.3)
            await resting

        await led("loop_ms", "20/40/60/80", blocked)
        await until(watch, lambda: watch.rung is Rung.CALM, again=lambda: watch._gauges.rest(0.05))

        async def said() -> None:
            await square.anna.says("a word")
            await square.settle()

        await led("log_events", "1/2/3/4", said)
        handing_on = asyncio.create_task(services.bus.run())
        await until(watch, lambda: watch.rung is Rung.CALM)
        handing_on.cancel()
        await asyncio.gather(handing_on, return_exceptions=True)

        reader = Connection(Actor(org_id=1, network_id=1), f"https://{PUBLIC}", queue=8)
        services.hub.join(reader)

        async def offered() -> None:
            if reader.fullness < 0.9:
                reader.offer(Message(1, Topic("public"), Frame("update", b"{}")))

        await led("streams_full", "10/25/40/60", offered)
        while reader.next_now() is not None:
            pass
        await until(watch, lambda: watch.rung is Rung.CALM)

        pool = services.db._app
        pool.most = pool.size

        async def squeezed() -> None:
            held = [await pool.take() for _ in range(pool.most)]
            asking = [asyncio.create_task(square.bjorn.get("/api/v1/bookmarks")) for _ in range(3)]
            while not pool.waiting:  # one at first, since they have one token
                await asyncio.sleep(0.001)
            for connection in held:
                await pool.put(connection)
            assert {answer.status_code for answer in await asyncio.gather(*asking)} == {200}

        await led("pool_ms", "0.001/0.002/0.003/0.004", squeezed)
        await until(watch, lambda: watch.rung is Rung.CALM)


async def test_work_that_nobody_does_leads_as_far_as_cards(fresh_database: TestDatabase, tmp_path: Path) -> None:
    """The fault: there is no worker. Streams are not thinned for that, and what is held back is not late."""
    at = only("jobs_s", "0.1/0.2/0/0")
    async with open_square(fresh_database, tmp_path, surge_at=at, **QUICK) as square:
        watch = square.services.surge
        async with square.services.db.system() as tx:
            await tx.run("INSERT INTO jobs (org_id, network_id, kind, payload) VALUES (0, 0, 'health.sample', 'null')")
        await until(watch, lambda: watch.rung is Rung.CARDS)
        await until(watch, lambda: watch.standing.ladder.above_since is None)
        assert watch.rung is Rung.CARDS
        async with square.services.db.system() as tx:
            await tx.run("UPDATE jobs SET kind = 'fetch_card'")
        await until(watch, lambda: watch.rung is Rung.CALM)


async def test_one_hard_pressed_process_moves_all(fresh_database: TestDatabase, tmp_path: Path) -> None:
    """A process that dies while it is hard pressed is heard of for some seconds more, and then no longer."""
    settings = {"surge_at": only("loop_ms", "250/500/1000/2000"), **SECONDS}
    async with open_square(fresh_database, tmp_path, **settings) as square:
        mine = square.services.surge
        infos = fresh_database.conninfo("torg_app"), fresh_database.conninfo("torg_system")
        async with open_services(Settings(data=tmp_path, **settings), *infos) as other:  # type: ignore[arg-type]
            await other.surge.look({"loop_ms": 700.0})
            async with asyncio.timeout(PATIENCE):
                while mine.rung < Rung.CARDS:
                    await other.surge.look({"loop_ms": 700.0})
                    await mine.look({})
                    await asyncio.sleep(0.05)
            assert (await other.surge.look()).ladder.shown is mine.rung
        async with square.services.db.system() as tx:  # it has not said good-bye: its word grows old
            await tx.run("UPDATE surge_pressures SET at = at - interval '11 seconds'")
        async with asyncio.timeout(PATIENCE):
            while mine.rung > Rung.CALM:
                await mine.look({})
                await asyncio.sleep(0.05)


async def test_nothing_is_written_while_all_is_calm(square: Square) -> None:
    watch = square.services.surge
    async with square.services.db.system() as tx:
        before = await tx.value("SELECT xmin::text || ctid::text FROM surge_ladder")
    for _ in range(3):
        await watch.look({"loop_ms": 3.0})
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT xmin::text || ctid::text FROM surge_ladder") == before
        assert await tx.value("SELECT count(*) FROM surge_pressures") == 0


async def test_off_moves_nothing_but_a_hold_holds(fresh_database: TestDatabase, tmp_path: Path) -> None:
    async with open_square(fresh_database, tmp_path, surge=False, **QUICK) as square:
        watch = square.services.surge
        for _ in range(5):
            await watch.look({"loop_ms": 9e9})
        assert watch.rung == 0
        await held(square, Rung.SEARCH)
        assert watch.sheds(Rung.SEARCH)
        assert "fetch_card" in watch.held_jobs()


async def test_a_hold_is_kept_with_who_it_was_and_goes_before_what_is_measured(square: Square) -> None:
    watch = square.services.surge
    await held(square, Rung.CALM)
    async with square.services.db.system() as tx:
        await store.put(tx, Ladder(rung=3, held=0, since=now()))
    await watch.look({})
    assert not watch.sheds(Rung.COUNTS)
    await released(square)
    assert watch.sheds(Rung.SEARCH)
    taken = await steps(square)
    assert [(one.by_hand, one.cause) for one in taken] == [(True, "held by the test"), (True, "released by the test")]
    async with square.services.db.system() as tx:
        await store.thin(tx, actions.KEPT)
        assert len(await reads.steps(tx, now().replace(year=2000))) == 2


async def test_what_a_database_that_is_gone_cannot_tell_stays_as_it_was(square: Square) -> None:
    await held(square, Rung.CARDS)
    watch = square.services.surge
    await square.services.db.close()
    running = asyncio.create_task(watch.run())
    done, _ = await asyncio.wait([running], timeout=2.5)
    assert not done
    assert watch.rung is Rung.CARDS
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
