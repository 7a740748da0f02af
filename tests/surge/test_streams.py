"""The fourth rung: a declared sample with true counters, which leaves out nothing that is meant for the reader."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.live.conftest import harbour
from tests.live.readers import PATIENCE, Harbour, SseReader
from tests.surge.faults import held, released
from torg.live.sampling import BURST
from torg.surge.model import Rung

__all__ = ["harbour"]
MANY = 30
LAST = "the last word"
CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND usename = 'torg_app' AND datname = current_database()"""


async def thinned(square: Square) -> None:
    """From now on streams are thinned, and for them the time stands still: how long a test takes changes nothing."""
    square.services.hub.sampler.clock = lambda: 0.0
    await held(square, Rung.STREAMS)


async def heard_until(stream: SseReader, text: str) -> list[dict[str, Any]]:
    """The posts that came, until this one did."""
    count = 0
    while True:
        heard = await stream.until(count + 1)
        count = len(heard)
        posts = [one.data for one in heard if one.event == "update"]
        if posts and text in posts[-1]["content"]:
            return posts


async def handed_on(harbour: Harbour) -> None:
    """All that was said has been relayed and handed to the streams."""
    services = harbour.square.services
    async with asyncio.timeout(PATIENCE):
        while True:
            async with services.db.system() as tx:
                left = await tx.value("SELECT count(*) FROM outbox")
                newest = await tx.value("SELECT max(seq) FROM event_log")
            if not left and services.bus.position == newest:
                return
            await asyncio.sleep(0.02)


async def left_out(stream: SseReader, enough: int) -> int:
    """How many posts the declarations say were not sent, once they speak of so many. Each says what is possible."""
    while True:
        said = [one.data for one in stream.heard if one.event == "sample"]
        assert all(0 <= one["shown"] < one["came"] and one["seconds"] > 0 for one in said)
        missing: int = sum(one["came"] - one["shown"] for one in said)
        if missing >= enough:
            return missing
        await stream.until(len(stream.heard) + 1)


async def test_the_sample_is_declared_with_true_counters_and_a_resumed_reader_gets_all(harbour: Harbour) -> None:
    square = harbour.square
    await harbour.relation("follows", square.anna, square.bjorn)
    streams = [await harbour.sse(square.anna, "user"), await harbour.sse(square.nobody(), "public")]
    await thinned(square)
    start = streams[0].last_id
    said = [(await square.bjorn.says(f"post {n}" + " #new" * (n % 2)))["id"] for n in range(MANY)]  # both ways
    await handed_on(harbour)
    await released(square)
    await square.bjorn.says(LAST)
    for stream in streams:
        posts = await heard_until(stream, LAST)
        shown = [one["id"] for one in posts[:-1]]
        assert len(shown) == BURST
        assert set(shown) < set(said)
        harbour.square.services.hub._declare()
        assert await left_out(stream, MANY - len(shown)) == MANY - len(shown)
    again = await harbour.sse(square.anna, "user", last=start)
    assert [one["id"] for one in (await heard_until(again, LAST))[:-1]] == said


async def test_own_posts_names_answers_edits_deletions_and_notifications_always_come(harbour: Harbour) -> None:
    square = harbour.square
    await harbour.relation("follows", square.anna, square.bjorn)
    stream = await harbour.sse(square.anna, "user")
    await thinned(square)
    flood = [await square.bjorn.says(f"post {n}") for n in range(MANY)]
    mine = [(await square.anna.says(f"mine {n}"))["id"] for n in range(MANY)]
    to_me = [(await square.bjorn.says(f"@anna {n}", in_reply_to_id=mine[0]))["id"] for n in range(MANY)]
    edited = await square.bjorn.put(f"/api/v1/statuses/{flood[-1]['id']}", json={"status": "mended"})
    assert edited.status_code == 200
    await square.bjorn.delete(f"/api/v1/statuses/{flood[-2]['id']}")
    await square.anna.says(LAST)
    await heard_until(stream, LAST)
    while sum(one.event == "notification" for one in stream.heard) < MANY:  # made by effects, so later than the posts
        await stream.until(len(stream.heard) + 1)
    by_kind: dict[str, list[Any]] = {}
    for one in stream.heard:
        by_kind.setdefault(one.event, []).append(one.data)
    shown = [one["id"] for one in by_kind["update"]]
    assert [one for one in shown if one in mine] == mine
    assert [one for one in shown if one in to_me] == to_me
    assert len(by_kind["notification"]) == MANY
    assert [one["id"] for one in by_kind["status.update"]] == [flood[-1]["id"]]
    assert [str(one) for one in by_kind["delete"]] == [flood[-2]["id"]]
    assert len([one for one in flood if one["id"] in shown]) <= BURST


async def test_a_quiet_stream_is_not_thinned_and_told_nothing(harbour: Harbour) -> None:
    square = harbour.square
    stream = await harbour.sse(square.nobody(), "public")
    await thinned(square)
    for n in range(3):
        await square.bjorn.says(f"post {n}")
    await handed_on(harbour)
    await released(square)
    harbour.square.services.hub._declare()
    await square.bjorn.says(LAST)
    assert len(await heard_until(stream, LAST)) == 4
    assert [one.event for one in stream.heard] == ["update"] * 4


async def test_a_batch_that_failed_and_was_made_anew_is_counted_once(harbour: Harbour) -> None:
    """The fault: while a lock keeps the hub from reading, its connections to the database are cut."""
    square = harbour.square
    await square.bjorn.says("so that the tag is known #flood")
    await handed_on(harbour)
    stream = await harbour.sse(square.nobody(), "public")
    await thinned(square)
    conninfo = make_conninfo(square.services.db.system_conninfo, user="torg_owner")
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as owner, owner.transaction():
        await owner.execute("LOCK TABLE favourites, remote_posts IN ACCESS EXCLUSIVE MODE")
        for n in range(MANY):  # written and relayed as ever; the hub has to read them (live/plain.py), and cannot
            await square.bjorn.says(f"post {n}", quote_approval_policy="followers")
        async with asyncio.timeout(PATIENCE):
            while not (cut := (await (await owner.execute(CUT)).fetchall())):
                await asyncio.sleep(0.02)
        assert all(row == (True,) for row in cut)
    await handed_on(harbour)
    await released(square)
    await square.bjorn.says(LAST)
    posts = await heard_until(stream, LAST)
    square.services.hub._declare()
    missing = MANY - len(posts) + 1
    assert await left_out(stream, missing) == missing


async def test_the_wall_stands_in_a_sample(harbour: Harbour) -> None:
    """Neither posts nor the counters of a sample tell of what a reader could not see without one."""
    square = harbour.square
    blocked, stranger = await harbour.sse(square.shop, "public"), await harbour.sse(square.nobody(), "public")
    other = await harbour.sse(square.person(OTHER, "olga"), "public")
    await harbour.relation("blocks", square.bjorn, square.shop)
    await thinned(square)
    for n in range(MANY):
        await square.bjorn.says(f"open {n}")
        await square.bjorn.says(f"followers {n}", visibility="private")
        await square.person(INSIDE, "bjorn").says(f"inside {n}")
    await handed_on(harbour)
    await released(square)
    for host, handle in ((PUBLIC, "anna"), (OTHER, "olga")):
        await square.person(host, handle).says(LAST)
    square.services.hub._declare()
    posts = await heard_until(stranger, LAST)
    assert all("open" in one["content"] for one in posts[:-1])
    missing = MANY - len(posts) + 1
    assert await left_out(stranger, missing) == missing, "what is not for a reader is not counted either"
    for stream in (blocked, other):
        assert len(await heard_until(stream, LAST)) == 1
        assert [one.event for one in stream.heard] == ["update"]


async def caught_up(harbour: Harbour) -> None:
    """All that was put off is done, and handed to the streams."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with harbour.square.services.db.system() as tx:
                if not await tx.value("SELECT count(*) FROM postponed_effects"):
                    break
            await asyncio.sleep(0.02)
    await handed_on(harbour)


async def test_streams_of_searches_are_told_what_the_index_lacked(harbour: Harbour) -> None:
    """What was written while the index stood still: a sample at the pace of eyes, and all that it left out is counted.

    The wall: who may not read it when it is found hears of nothing, and is told of no number either.
    """
    square = harbour.square
    square.services.hub.sampler.clock = lambda: 0.0
    await harbour.relation("blocks", square.anna, square.shop)
    apple = [await harbour.sse(who, "search", q="apple") for who in (square.bjorn, square.nobody())]
    socket = await harbour.socket(square.bjorn, stream="search", q="apple")
    deaf = [
        await harbour.sse(who, "search", q=q)
        for who, q in (
            (square.bjorn, "pear"), (square.shop, "apple"), (square.person(INSIDE, "bjorn"), "apple"),
            (square.person(OTHER, "olga"), "apple"),
        )
    ]  # fmt: skip
    start = apple[0].last_id
    await held(square, Rung.SEARCH)
    said = [(await square.anna.says(f"apple {n}"))["id"] for n in range(MANY)]
    await square.anna.says("apple for followers", visibility="private")
    named = (await square.anna.says("apple for @bjorn"))["id"]
    gone = (await square.anna.says("apple no more"))["id"]
    assert (await square.anna.delete(f"/api/v1/statuses/{gone}")).status_code == 200
    await handed_on(harbour)
    early = await harbour.sse(square.bjorn, "search", q="apple", last=start)
    await released(square)
    await caught_up(harbour)
    square.services.hub._declare()
    for stream, all_of_them in ((apple[0], {*said, named}), (apple[1], {*said, named}), (early, {*said, named})):
        missing = await left_out(stream, MANY - BURST)
        shown = [one.data["id"] for one in stream.heard if one.event == "update"]
        assert set(shown) < all_of_them
        assert shown == sorted(set(shown), key=int), "each once, in order"
        assert len(shown) + missing == len(all_of_them), "each is shown or counted"
        assert sum(one.event == "delete" for one in stream.heard) == 1
    assert named in [one.data["id"] for one in apple[0].heard if one.event == "update"], "it names the reader"
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["event"] != "sample":
        heard.append(await socket.hear())
    assert {tuple(one["stream"]) for one in heard} == {("search", "apple")}
    counts = heard[-1]["payload"]
    assert counts["came"] - counts["shown"] == MANY - BURST
    again = await harbour.sse(square.bjorn, "search", q="apple", last=start)
    await again.until(MANY + 2)
    assert [one.data["id"] for one in again.heard if one.event == "update"] == [*said, named], "once each, all of them"
    first = next(one.id for one in apple[0].heard if one.event == "update")
    cut = await harbour.sse(square.bjorn, "search", q="apple", last=first)
    await cut.until(MANY + 1)
    assert [one.data["id"] for one in cut.heard] == [*said, named], "who was cut off among them misses none"
    for stream in deaf:
        assert await stream.quiet() or {one.event for one in stream.heard} == {"delete"}
