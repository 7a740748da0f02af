"""Rungs two and three: cards and the index of words wait, are caught up with in order, and are lost by nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.engine.servers import Asked, Server, reply, serving
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square, open_square
from tests.search.test_posts import found
from tests.surge.faults import held, released
from torg.engine import relay
from torg.engine.effects import EffectRunner, name_of
from torg.engine.relay import Relay
from torg.serve.effects import EFFECTS
from torg.serve.jobs import HANDLERS
from torg.serve.surge import EFFECTS as SHED
from torg.serve.surge import JOBS, postponed
from torg.surge.model import Rung

PAGE = b'<title>%s</title><meta property="og:title" content="%s">'


class Site:
    """Pages named by their path."""

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        name = asked.path.strip("/").encode()
        writer.write(reply(PAGE % (name, name), content_type="text/html; charset=utf-8"))


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving(Site()) as server:
        yield server


@pytest.fixture
async def square(fresh_database: TestDatabase, tmp_path: Any) -> AsyncIterator[Square]:
    async with open_square(fresh_database, tmp_path, fetch_allow=("127.0.0.0/8",)) as opened:
        yield opened


async def relayed(square: Square) -> None:
    """Until every event has been moved."""
    services = square.services
    await Relay(services.db, EFFECTS, services, postponed=postponed(services.surge)).drain()


async def card(square: Square, post_id: str) -> str | None:
    seen = (await square.nobody().get(f"/api/v1/statuses/{post_id}")).json()
    return seen["card"]["title"] if seen["card"] else None


async def fetched(square: Square) -> int:
    """Cards that are there or being fetched. (The pages are also asked whether they take webmentions.)"""
    async with square.services.db.system() as tx:
        return int(await tx.value("SELECT count(*) FROM cards"))


async def waiting(square: Square) -> dict[str, int]:
    """Where each group stands."""
    async with square.services.db.system() as tx:
        rows = await tx.all("SELECT name, next_seq FROM postponed_effects")
    return {row["name"]: row["next_seq"] for row in rows}


def test_what_is_shed_is_there() -> None:
    """An effect or a job that was renamed would be shed by nothing."""
    known = {effect for todo in EFFECTS.values() for effect in todo}
    for effects in SHED.values():
        assert set(effects) <= known, [name_of(effect) for effect in set(effects) - known]
    assert {kind for kinds in JOBS.values() for kind in kinds} <= set(HANDLERS)


async def test_cards_wait_and_come_with_the_last_word(square: Square, server: Server) -> None:
    await held(square, Rung.CARDS)
    first = (await square.anna.says(f"see {server.origin}/one"))["id"]
    second = (await square.bjorn.says(f"see {server.origin}/two"))["id"]
    await square.settle()
    mended = await square.bjorn.put(f"/api/v1/statuses/{second}", json={"status": f"no: {server.origin}/three"})
    assert mended.status_code == 200
    await square.settle()
    assert await fetched(square) == 0
    assert [await card(square, post) for post in (first, second)] == [None, None]
    await released(square)
    third = (await square.bjorn.says(f"and {server.origin}/four"))["id"]
    await square.settle()
    assert [await card(square, post) for post in (first, second, third)] == ["one", "three", "four"]
    assert await waiting(square) == {}


async def test_jobs_of_before_wait_too_and_do_not_count_as_late(square: Square, server: Server) -> None:
    post = (await square.anna.says(f"see {server.origin}/one"))["id"]
    await relayed(square)  # the job is there
    await held(square, Rung.CARDS)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now() - interval '1 hour' WHERE kind = 'fetch_card'")
        await tx.run("DELETE FROM jobs WHERE kind <> 'fetch_card'")
    await square.settle()
    assert await fetched(square) == 0
    standing = await square.services.surge.look({})
    assert standing.figures["jobs_s"] == 0
    await released(square)
    await square.settle()
    assert await card(square, post) == "one"


async def test_the_index_waits_and_catches_up_by_the_log(square: Square) -> None:
    before = (await square.anna.says("tomatoes before"))["id"]
    await square.settle()
    await held(square, Rung.SEARCH)
    kept = [(await square.anna.says(f"tomatoes {n}"))["id"] for n in range(3)]
    gone = (await square.anna.says("tomatoes no more"))["id"]
    other = (await square.person(OTHER, "olga").says("tomatoes elsewhere"))["id"]
    await square.settle()
    await square.anna.put(f"/api/v1/statuses/{kept[0]}", json={"status": "cucumbers"})
    await square.anna.delete(f"/api/v1/statuses/{gone}")
    await square.settle()
    assert await found(square.bjorn, "tomatoes") == [before], "older ones are found as ever"
    assert set(await waiting(square)) == {"cards", "search"}
    await released(square)
    assert await found(square.bjorn, "tomatoes") == [before]
    await square.settle()
    assert await found(square.bjorn, "tomatoes") == [kept[2], kept[1], before]
    assert await found(square.bjorn, "cucumbers") == [kept[0]]
    assert await found(square.person(OTHER, "olga"), "tomatoes") == [other]
    assert await waiting(square) == {}


async def test_what_comes_while_catching_up_keeps_its_order(square: Square) -> None:
    """A relay that takes one event at a time is stopped in the middle; another one goes on from where it stood."""
    await held(square, Rung.SEARCH)
    posts = [(await square.anna.says(f"tomatoes {n}"))["id"] for n in range(4)]
    await relayed(square)
    stood = (await waiting(square))["search"]
    await released(square)
    slow, runner = postponed(square.services.surge, at_once=1), EffectRunner(EFFECTS, square.services)
    async with await psycopg.AsyncConnection.connect(square.services.db.system_conninfo, autocommit=True) as line:
        await slow.load(line)
        assert await slow.catch_up(line, runner) == 2, "one event of each group"
    assert await found(square.bjorn, "tomatoes") == [posts[0]]
    assert (await waiting(square))["search"] > stood
    last = (await square.anna.says("tomatoes at last"))["id"]
    await relayed(square)
    assert await found(square.bjorn, "tomatoes") == [last, *reversed(posts)]
    assert await waiting(square) == {}


async def test_an_effect_that_fails_while_catching_up_is_kept_and_tried_again(square: Square) -> None:
    await held(square, Rung.SEARCH)
    posts = [(await square.anna.says(f"tomatoes {n}"))["id"] for n in range(3)]
    await relayed(square)
    by_owner(square, f"ALTER TABLE post_search ADD CONSTRAINT broken CHECK (post_id <> {posts[1]})")
    await released(square)
    await relayed(square)
    assert await found(square.bjorn, "tomatoes") == [posts[2], posts[0]], "one bad post holds up no other"
    by_owner(square, "ALTER TABLE post_search DROP CONSTRAINT broken")
    async with square.services.db.system() as tx:
        assert await tx.run("UPDATE dead_events SET retry_at = clock_timestamp() WHERE id < 0") == 1
        assert await EffectRunner(EFFECTS, square.services).retry(tx) == 1
    assert await found(square.bjorn, "tomatoes") == list(reversed(posts))


def by_owner(square: Square, sql: str) -> None:
    """As whoever owns the tables."""
    conninfo = make_conninfo(square.services.db.system_conninfo, user="torg_owner")
    with psycopg.connect(conninfo, autocommit=True) as owner:
        owner.execute(sql.encode())


async def test_the_log_is_kept_for_as_long_as_it_is_needed(square: Square) -> None:
    await held(square, Rung.SEARCH)
    post = (await square.anna.says("tomatoes"))["id"]
    await relayed(square)
    await square.bjorn.says("and the newest of the log")
    await relayed(square)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE event_log SET relayed_at = now() - interval '30 days'")
        await relay.trim(tx)
    await released(square)
    await square.settle()
    assert await found(square.shop, "tomatoes") == [post]


async def test_searches_that_are_tracked_are_told_later_and_only_of_what_may_be_read(square: Square) -> None:
    """The wall: who was shut out between the post and the catching up hears nothing, nor does anybody elsewhere."""
    for person in (square.bjorn, square.shop, square.person(INSIDE, "bjorn"), square.person(OTHER, "olga")):
        saved = await person.post("/api/torg/v1/saved_searches", json={"query": "tomatoes", "track": True})
        assert saved.status_code == 200, saved.text
    await held(square, Rung.SEARCH)
    post = (await square.anna.says("tomatoes"))["id"]
    await square.anna.says("tomatoes for followers", visibility="private")
    await square.settle()
    assert await told(square.bjorn) == []
    assert (await square.anna.post(f"/api/v1/accounts/{square.shop.id}/block")).status_code == 200
    await released(square)
    await square.settle()
    assert await told(square.bjorn) == [post]
    for person in (square.shop, square.person(INSIDE, "bjorn"), square.person(OTHER, "olga")):
        assert await told(person) == []
        assert await found(person, "tomatoes") == []


async def told(person: Person) -> list[str]:
    seen = (await person.get("/api/v1/notifications", params={"types[]": "status"})).json()
    return [one["status"]["id"] for one in seen]


async def test_late_index_and_cards_show_the_inside_to_nobody_outside(square: Square, server: Server) -> None:
    inside, anna = square.person(INSIDE, "bjorn"), square.person(INSIDE, "anna")
    await held(square, Rung.SEARCH)
    post = (await anna.says(f"tomatoes inside {server.origin}/inside"))["id"]
    await square.settle()
    await released(square)
    await square.settle()
    assert await found(inside, "tomatoes") == [post]
    for person in (square.anna, square.nobody(PUBLIC), square.person(OTHER, "olga")):
        assert (await person.get(f"/api/v1/statuses/{post}")).status_code == 404
        if person.token:
            assert await found(person, "tomatoes") == []
