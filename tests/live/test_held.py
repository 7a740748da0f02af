"""A stream that waits takes no task, and is fed, kept alive and let go of all the same."""

from __future__ import annotations

import asyncio

from tests.live.readers import PATIENCE, Harbour


def answering() -> list[str]:
    """Tasks of the server that are answering somebody."""
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return [name for name in names if "run_asgi" in name or "Edge" in name]


async def settled(harbour: Harbour, readers: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while harbour.square.services.hub.count() != readers or answering():
            await asyncio.sleep(0.005)


async def test_an_idle_stream_has_no_task_and_is_written_to(harbour: Harbour) -> None:
    square = harbour.square
    sockets = [await harbour.socket(square.anna, stream="user") for _ in range(3)]
    streams = [await harbour.sse(square.anna, "user") for _ in range(3)]
    await settled(harbour, 6)
    first = await square.anna.says("Hej")
    second = await square.anna.says("Hej igen")
    for stream in streams:
        assert [one.data["id"] for one in await stream.until(2)] == [first["id"], second["id"]]
    for socket in sockets:
        assert [(await socket.hear())["payload"]["id"] for _ in range(2)] == [first["id"], second["id"]]
    await settled(harbour, 6)
    for stream in streams:
        stream.cut()
    for socket in sockets:
        await socket.socket.close()
    await settled(harbour, 0)


async def test_an_idle_event_stream_shows_that_it_lives(harbour: Harbour) -> None:
    square = harbour.square
    stream = await harbour.sse(square.anna, "user")
    await settled(harbour, 1)
    assert await stream.read_raw() == b":)\n"
    await square.services.hub.beat()
    assert await stream.read_raw() == b":thump\n"
    said = await square.anna.says("Hej")
    assert (await stream.until(1))[0].data["id"] == said["id"]


async def test_streams_that_came_back_are_held_once_they_have_caught_up(harbour: Harbour) -> None:
    square = harbour.square
    stream = await harbour.sse(square.anna, "user")
    posts = [(await square.anna.says(f"Hej {number}"))["id"] for number in range(3)]
    last = (await stream.until(1))[0].id
    back = await harbour.sse(square.anna, "user", last=last)
    posts.append((await square.anna.says("Hej igen"))["id"])
    assert [one.data["id"] for one in await back.until(3)] == posts[1:]
    await settled(harbour, 2)
    posts.append((await square.anna.says("Och igen"))["id"])
    assert [one.data["id"] for one in await back.until(4)] == posts[1:]


async def test_the_end_comes_to_held_streams_with_its_reason(harbour: Harbour) -> None:
    square = harbour.square
    socket = await harbour.socket(square.anna, stream="user")
    stream = await harbour.sse(square.anna, "user")
    await settled(harbour, 2)
    square.services.hub.close()
    await stream.until_end()
    assert stream.ended
    await socket.socket.wait_closed()
    assert socket.socket.close_code == 1001
    await settled(harbour, 0)


async def test_many_orders_at_once_are_obeyed_in_their_order(harbour: Harbour) -> None:
    square = harbour.square
    socket = await harbour.socket(square.anna)
    for number in range(40):
        await socket.say(type="subscribe", stream="hashtag", tag=f"n{number}")
        await socket.say(type="unsubscribe" if number % 2 else "subscribe", stream="hashtag", tag=f"n{number}")
    await socket.say(type="subscribe", stream="nothing")
    refused = await socket.hear()
    assert refused["status"] == 400
    said = await square.anna.says("#n1 #n38 #n39")
    heard = await socket.hear()
    assert (heard["stream"], heard["payload"]["id"]) == (["hashtag", "n38"], said["id"])
