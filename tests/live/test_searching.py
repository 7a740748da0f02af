"""Streams of a search, and of everything that one may read (T8)."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person
from tests.live.readers import PATIENCE, Harbour, SseReader
from tests.live.test_streaming import texts
from torg.live.hub import RESUMING
from torg.mastodon_api.streaming_ws import MOST_SEARCHES


async def test_a_search_is_heard_as_it_would_be_found(harbour: Harbour) -> None:
    square = harbour.square
    words = await harbour.sse(square.shop, "search", q="apple -rotten")
    nobody = await harbour.sse(square.nobody(), "search", q="apple -rotten")
    author = await harbour.sse(square.nobody(), "search", q="from:bjorn has:link")
    tag = await harbour.sse(square.shop, "search", q="#Fruit")
    mine = await harbour.sse(square.anna, "search", q="from:me")
    await square.anna.says("pears")
    await square.anna.says("Rotten apples", language="en")
    await square.anna.says("Red APPLES", language="en")
    await square.bjorn.says("https://example.com apple #fruit")
    await square.bjorn.says("unlisted apple #fruit", visibility="unlisted")
    await square.bjorn.says("private apple #fruit", visibility="private")
    await square.anna.says("the last apple #fruit")
    assert texts(await mine.until(4)) == ["pears", "Rotten apples", "Red APPLES", texts(mine.heard)[3]]
    assert [one.data["account"]["username"] for one in await words.until(4)] == ["anna", "bjorn", "bjorn", "anna"]
    assert [one.data["visibility"] for one in await nobody.until(3)] == ["public"] * 3
    assert [one.data["account"]["username"] for one in await author.until(1)] == ["bjorn"]
    assert len(await tag.until(3)) == 3
    assert "favourited" not in nobody.heard[0].data
    assert words.heard[0].data["favourited"] is False
    edited = await square.anna.put(
        f"/api/v1/statuses/{words.heard[0].data['id']}", json={"status": "Apples, mended", "language": "en"}
    )
    assert edited.status_code == 200
    assert (await words.until(5))[4].event == "status.update"
    await square.anna.delete(f"/api/v1/statuses/{edited.json()['id']}")
    assert [one.event for one in (await words.until(6))[4:]] == ["status.update", "delete"]


async def test_friends_hear_what_is_for_them_and_the_blocked_and_muted_are_not_heard(harbour: Harbour) -> None:
    square = harbour.square
    await harbour.relation("follows", square.shop, square.bjorn)
    friend = await harbour.sse(square.shop, "search", q="apple")
    stranger = await harbour.sse(square.reporter, "search", q="apple")
    gone = await square.bjorn.says("apple among friends", visibility="private")
    assert texts(await friend.until(1)) == ["apple among friends"]
    await square.bjorn.delete(f"/api/v1/statuses/{gone['id']}")
    assert (await friend.until(2))[1].event == "delete"
    await harbour.relation("mutes", square.shop, square.bjorn)
    await harbour.relation("blocks", square.bjorn, square.reporter)
    await square.bjorn.says("apple for some")
    await square.anna.says("apple for all")
    assert texts(await friend.until(3)) == ["apple among friends", "apple for all"]
    assert texts(await stranger.until(1)) == ["apple for all"]


async def test_a_search_resumes_after_the_last_event(harbour: Harbour) -> None:
    square = harbour.square
    first = await harbour.sse(square.nobody(), "search", q="apple")
    await square.anna.says("apple one")
    await first.until(1)
    first.cut()
    await square.anna.says("pear")
    await square.anna.says("apple two")
    await square.anna.says("apple three")
    back = await harbour.sse(square.nobody(), "search", q="apple", last=first.last_id)
    await square.anna.says("apple four")
    heard = await back.until(3)
    assert texts(heard) == ["apple two", "apple three", "apple four"]
    numbers = [one.id or 0 for one in heard]
    assert numbers == sorted(set(numbers))


async def test_no_search_is_refused(harbour: Harbour) -> None:
    square = harbour.square
    for q in ("", "   ", "\0", '""', "- !", "in:library", "x" * 501):
        refused = await harbour.sse(square.anna, "search", q=q)
        assert refused.status == 400, q
        assert "error" in json.loads(refused.body)
    assert (await harbour.sse(square.anna, "search")).status == 400
    hostile = ["x" * 500, "'; DROP TABLE posts; --", "%(viewer)s %s {} apple", "apple \\", "日本", "from:% apple"]
    streams = [await harbour.sse(square.anna, "search", q=q) for q in hostile]
    assert [stream.status for stream in streams] == [200] * len(hostile)
    await square.anna.says("'; DROP TABLE posts; -- %(viewer)s %s {} apple \\ 日本 from %")
    found = [len(await stream.until(1)) for stream in streams[1:]]
    assert found == [1] * (len(hostile) - 1), "any text is a search"
    assert await streams[0].quiet()


async def test_a_search_by_name(harbour: Harbour) -> None:
    square = harbour.square
    path = "/api/v1/streaming?stream=search&q=apple"
    stream = await SseReader.open(harbour.port, path, host=PUBLIC)
    await square.anna.says("an apple")
    assert texts(await stream.until(1)) == ["an apple"]
    stream.cut()


async def test_on_a_socket(harbour: Harbour) -> None:
    square = harbour.square
    socket = await harbour.socket(square.nobody(), stream="search", q="apple")
    await socket.say(type="subscribe", stream="search", q="")
    assert await socket.hear() == {"error": "Missing q parameter", "status": 400}
    await socket.say(type="subscribe", stream="search", q=2008)
    for n in range(MOST_SEARCHES - 2):
        await socket.say(type="subscribe", stream="search", q=f"pear {n}")
    await socket.say(type="subscribe", stream="search", q="plum")
    assert await socket.hear() == {"error": "Too many searches on one connection", "status": 400}
    await socket.say(type="subscribe", stream="everything")
    assert (await socket.hear())["status"] == 401
    posted = await square.anna.says("an apple")
    heard = await socket.hear()
    assert (heard["stream"], heard["event"], heard["payload"]["id"]) == (["search", "apple"], "update", posted["id"])
    await socket.say(type="unsubscribe", stream="search", q="apple")
    await socket.say(type="dance")
    assert (await socket.hear())["status"] == 400, "orders are obeyed in order"
    await square.anna.says("apple of 2008")
    assert (await socket.hear())["stream"] == ["search", "2008"]


async def test_a_search_hears_nothing_through_the_wall(harbour: Harbour) -> None:
    square = harbour.square
    streams = {
        who.host: await harbour.sse(who, "search", q="merger")
        for who in (square.nobody(), square.person(INSIDE, "bjorn"), square.person(OTHER, "olga"))
    }
    everything = {
        who.host: await harbour.sse(who, "everything")
        for who in (square.bjorn, square.person(INSIDE, "bjorn"), square.person(OTHER, "olga"))
    }
    assert (await harbour.sse(square.nobody(INSIDE), "search", q="merger")).status == 401
    misplaced = Person(square, INSIDE, "bjorn", square.bjorn.id, square.bjorn.token)
    assert (await harbour.sse(misplaced, "search", q="merger")).status == 401
    assert (await harbour.sse(misplaced, "everything")).status == 401
    secret = await square.person(INSIDE, "anna").says("merger inside")
    await square.person(INSIDE, "anna").delete(f"/api/v1/statuses/{secret['id']}")
    await square.anna.says("merger outside")
    await square.person(OTHER, "olga").says("merger elsewhere")
    for some in (streams, everything):
        assert texts(await some[PUBLIC].until(1)) == ["merger outside"]
        assert texts(await some[OTHER].until(1)) == ["merger elsewhere"]
        assert (await some[INSIDE].until(1))[-1].event in ("update", "delete")


async def test_a_token_for_a_search_needs_the_scope_of_searching(harbour: Harbour) -> None:
    square = harbour.square
    reader = await square.add(PUBLIC, "reader", scopes=["read:statuses"])
    searcher = await square.add(PUBLIC, "searcher", scopes=["read:search"])
    assert (await harbour.sse(reader, "search", q="apple")).status == 401
    assert (await harbour.sse(searcher, "search", q="apple")).status == 200
    assert (await harbour.sse(searcher, "everything")).status == 401


async def test_what_comes_together_comes_in_its_order(harbour: Harbour) -> None:
    """A post that takes a look into the database, and one right after it that does not, in one batch."""
    square = harbour.square
    hub = square.services.hub
    everything = await harbour.sse(square.anna, "everything")
    async with AsyncExitStack() as held:
        for _ in range(RESUMING):
            await held.enter_async_context(hub._gate)
        await square.shop.says("first")
        async with asyncio.timeout(PATIENCE):
            while not hub._gate._waiters:
                await asyncio.sleep(0.01)
        await square.shop.says("with a poll", poll={"options": ["a", "b"], "expires_in": 300})
        await square.shop.says("plain")
        async with asyncio.timeout(PATIENCE):
            while True:
                async with square.services.db.system() as tx:
                    if not await tx.value("SELECT count(*) FROM outbox"):
                        break
                await asyncio.sleep(0.01)
    assert texts(await everything.until(3)) == ["first", "with a poll", "plain"]


async def test_everything_is_all_that_one_may_read_once(harbour: Harbour) -> None:
    square = harbour.square
    await harbour.relation("follows", square.anna, square.bjorn)
    everything = await harbour.sse(square.anna, "everything")
    assert (await harbour.sse(square.nobody(), "everything")).status == 401
    original = await square.shop.says("of a stranger")
    await square.shop.says("unlisted", visibility="unlisted")
    await square.shop.says("not for anna", visibility="private")
    await square.reporter.post(f"/api/v1/statuses/{original['id']}/reblog")
    await square.bjorn.says("of a friend", visibility="private")
    assert texts(await everything.until(3)) == ["of a stranger", "unlisted", "of a friend"]
    await square.bjorn.post(f"/api/v1/statuses/{original['id']}/reblog")
    assert (await everything.until(4))[3].data["reblog"]["id"] == original["id"]
    await square.bjorn.says("@anna psst", visibility="direct")
    heard = await everything.until(6)
    assert sorted(one.event for one in heard[4:]) == ["conversation", "notification"]
    await harbour.relation("mutes", square.anna, square.shop)
    gone = await square.reporter.says("to be deleted")
    await square.shop.says("muted")
    await everything.until(7)
    await square.reporter.delete(f"/api/v1/statuses/{gone['id']}")
    heard = await everything.until(8)
    assert [one.event for one in heard[6:]] == ["update", "delete"]
    socket = await harbour.socket(square.anna, stream="everything")
    await square.anna.says("own")
    assert (await socket.hear())["stream"] == ["everything"]
