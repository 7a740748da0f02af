"""The bounded queue between the hub and a reader, and the wire forms of what goes through it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from torg.kernel.actor import Actor
from torg.live.connection import Closed, Connection
from torg.live.model import Frame, Message, Topic

PUBLIC = Topic("public")
USER = Topic("user", 7)


def connection(queue: int = 4, scopes: tuple[str, ...] = ("read",)) -> Connection:
    actor = Actor(org_id=1, network_id=10, account_id=7, scopes=frozenset(scopes))
    return Connection(actor, "https://acme.test", queue=queue)


def message(seq: int, event: str = "update", topic: Topic = PUBLIC) -> Message:
    return Message(seq, topic, Frame(event, b'{"id":"%d"}' % seq))


async def test_messages_come_out_in_order() -> None:
    reader = connection()
    for seq in (1, 2, 3):
        reader.offer(message(seq))
    assert [(await reader.next()).seq, reader.next_now().seq, (await reader.next()).seq] == [1, 2, 3]  # type: ignore[union-attr]
    assert reader.next_now() is None


async def test_a_slow_reader_is_ended_and_its_backlog_freed() -> None:
    reader = connection(queue=4)
    for seq in range(1, 6):
        reader.offer(message(seq))
    assert reader.closed is Closed.OVERFLOW
    assert await reader.next() is None
    reader.offer(message(9))
    assert await reader.next() is None


@pytest.mark.parametrize("waiting", range(5))
async def test_a_revoked_reader_still_gets_what_was_queued_if_there_is_room_for_the_end(waiting: int) -> None:
    reader = connection(queue=5)
    for seq in range(waiting):
        reader.offer(message(seq))
    reader.close(Closed.REVOKED)
    got = []
    while (one := await reader.next()) is not None:
        got.append(one.seq)
    assert got == list(range(waiting))
    reader.close(Closed.SHUTDOWN)
    assert reader.closed is Closed.REVOKED


async def test_the_end_wakes_a_waiting_reader_and_a_waiting_writer() -> None:
    reader = connection(queue=1)
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0)
    reader.hang_up()
    assert await waiting is None
    writer = connection(queue=1)
    await writer.put(message(1))
    blocked = asyncio.create_task(writer.put(message(2)))
    await asyncio.sleep(0)
    assert not blocked.done()
    await writer.next()
    await blocked


async def test_notifications_need_their_scope() -> None:
    reader = connection(scopes=("read:statuses",))
    reader.offer(message(1, "notification", USER))
    reader.offer(message(2, "update", USER))
    assert (await reader.next()).seq == 2  # type: ignore[union-attr]


def test_wire_forms() -> None:
    frame = Frame("status.update", '{"content":"å \\"quoted\\""}'.encode())
    assert frame.sse(7).decode() == 'id: 7\nevent: status.update\ndata: {"content":"å \\"quoted\\""}\n\n'
    envelope = msgspec.json.decode(frame.envelope(Topic("hashtag", "fika").label()))
    assert envelope == {
        "stream": ["hashtag", "fika"], "event": "status.update", "payload": '{"content":"å \\"quoted\\""}',
    }  # fmt: skip
    empty = Frame("filters_changed", None)
    assert msgspec.json.decode(empty.envelope(USER.label())) == {"stream": ["user"], "event": "filters_changed"}
    assert empty.sse(1) == b"id: 1\nevent: filters_changed\ndata: undefined\n\n"


async def test_an_edge_that_waits_is_written_to_at_once_and_what_it_refuses_keeps_its_order() -> None:
    reader = connection()
    written: list[bytes] = []
    room = True

    def way(wire: bytes) -> bool:
        if room:
            written.append(wire)
        return room

    reader.open(way)
    reader.offer(message(1))  # nobody waits yet: queued
    assert (await reader.next()).seq == 1  # type: ignore[union-attr]
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0)
    reader.offer(message(2))
    room = False
    reader.offer(message(3))
    room = True
    reader.offer(message(4))  # 3 is not out yet, so 4 stands behind it
    second = message(2)
    assert written == [second.frame.socket(second.topic)]
    assert (await waiting).seq == 3  # type: ignore[union-attr]
    reader.offer(message(5))  # the edge is busy writing 3
    assert [(await reader.next()).seq, (await reader.next()).seq] == [4, 5]  # type: ignore[union-attr]
    reader.close(Closed.SHUTDOWN)
    reader.offer(message(6))
    assert len(written) == 1


async def test_an_edge_without_a_task_is_woken_once_and_written_to_again_when_it_rests() -> None:
    reader = connection()
    written: list[bytes] = []
    woken: list[int] = []
    reader.wake = lambda: woken.append(len(written))
    reader.offer(message(1))
    assert not woken, "it has not begun"
    reader.open(lambda wire: written.append(wire))
    reader.rest()
    assert woken == [0]
    reader.offer(message(2))
    assert (woken, written) == ([0], []), "what comes meanwhile stands behind"
    got = []
    while reader.waits:
        got.append((await reader.next()).seq)  # type: ignore[union-attr]
    reader.rest()
    reader.offer(message(3))
    assert (got, len(written), woken) == ([1, 2], 1, [0])
    reader.shut()
    Connection.offer_all([reader], message(4))
    reader.open(lambda wire: written.append(wire))
    Connection.offer_all([reader], message(5))
    assert (woken, len(written)) == ([0, 1], 1), "the wire is free again, but 4 is under way"
    reader.close(Closed.REVOKED)
    assert [(await reader.next()).seq, (await reader.next()).seq, await reader.next()] == [4, 5, None]  # type: ignore[union-attr]
    reader.rest()
    reader.offer(message(6))
    assert len(written) == 1


async def test_a_message_for_many_is_written_where_it_can_be_and_queued_for_the_rest() -> None:
    ready, busy, closed, plain = (connection() for _ in range(4))
    written: list[str] = []

    def writing(name: str) -> Callable[[bytes], bool]:
        def write(wire: bytes) -> bool:
            written.append(name)
            return name != "busy"

        return write

    for one, name in ((ready, "ready"), (busy, "busy"), (closed, "closed")):
        one.open(writing(name))
    waiting = [asyncio.create_task(one.next()) for one in (ready, busy, closed)]
    await asyncio.sleep(0)
    closed.close(Closed.REVOKED)
    Connection.offer_all([ready, busy, closed, plain], message(1))
    assert set(written) == {"ready", "busy"}
    assert (await waiting[1]).seq == 1  # type: ignore[union-attr]
    assert await waiting[2] is None
    assert (await plain.next()).seq == 1  # type: ignore[union-attr]
    assert not waiting[0].done(), "it was written past the one who waits"
    waiting[0].cancel()


@pytest.mark.parametrize("event", ["notification", "notifications_merged"])
async def test_a_notification_for_many_is_kept_from_a_token_that_may_not_read_it(event: str) -> None:
    may, may_not = connection(), connection(scopes=("read:statuses",))
    for one in (may, may_not):
        one.open(lambda wire: None)
        one.rest()
    written: list[Connection] = []
    may.direct = lambda wire: written.append(may)
    may_not.direct = lambda wire: written.append(may_not)
    Connection.offer_all([may, may_not], message(1, event, USER))
    assert written == [may]
    assert not may_not.waits


def test_the_forms_of_a_frame_are_made_once_and_named_by_their_stream() -> None:
    frame = Frame("update", b'{"id":"1"}')
    assert frame.sse(3) is frame.sse(3)
    assert frame.sse(4).startswith(b"id: 4\n")
    assert frame.chunk(3) is frame.chunk(3)
    size, event, end = frame.chunk(3).partition(b"\r\n")[0], frame.sse(3), b"\r\n"
    assert frame.chunk(3) == size + end + event + end
    assert int(size, 16) == len(event)
    assert frame.socket(Topic("user", 7)) is frame.socket(Topic("user", 8))
    assert frame.socket(Topic("list", 7)) != frame.socket(Topic("list", 8))
    assert frame.socket(Topic("hashtag", "a")).endswith(frame.envelope(["hashtag", "a"]))


async def test_a_sign_of_life_is_for_those_to_whom_nothing_else_was_one() -> None:
    reader, other = connection(), connection()
    written: list[bytes] = []
    for one in (reader, other):
        one.pulse = b":thump"
        one.open(written.append)
        one.rest()
    reader.beat()
    assert written == [b":thump"]
    Connection.offer_all([reader], message(1))
    other.offer(message(1))
    written.clear()
    for one in (reader, other):
        one.beat()
    assert written == [], "the message was one"
    reader.beat()
    assert written == [b":thump"]
