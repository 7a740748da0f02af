"""Streams over one multiplexed WebSocket: subscribe and unsubscribe by JSON messages (Mastodon: methods/streaming)."""

from __future__ import annotations

import asyncio
from collections import deque

import msgspec
from starlette.types import Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from torg.http import Call
from torg.http.sockets import Line, Write, line
from torg.kernel.errors import BadRequest, TorgError
from torg.live.connection import Closed, Connection
from torg.live.hub import Hub
from torg.live.model import SEARCH, Topic, as_numbered_frame
from torg.mastodon_api import streaming_topics

MOST_TOPICS = 100
MOST_SEARCHES = 10
MOST_MESSAGE = 4_096
# RFC 6455 §7.4.1: going away, policy violation, internal error; 1013 (registry): try again later
CODES = {
    Closed.OVERFLOW: 1013, Closed.REVOKED: 1008, Closed.REFUSED: 1008, Closed.SHUTDOWN: 1001, Closed.FAILURE: 1011,
    Closed.GONE: 1000,
}  # fmt: skip


def number(said: str) -> int | None:
    """The number of an event, if it is one; anything else is ignored."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else None


class Order(msgspec.Struct, kw_only=True):
    """What a client says on the socket. Ids, tags and searches come as text or as numbers."""

    type: str = ""
    stream: str = ""
    tag: str | int = ""
    list: str | int = ""
    q: str | int = ""


async def serve(socket: WebSocket, call: Call) -> None:
    """Begin a socket. The kit has refused a bad token already; none at all may watch public streams."""
    await socket.accept(subprotocol=call.subprotocol)
    query = socket.query_params
    own = line(socket.scope)
    edge = Edge(call, own.send if own is not None else socket.send, own)
    try:
        if query.get("stream"):
            given = {name: query[name] for name in ("stream", "tag", "list", "q") if name in query}
            await edge.obey(Order(type="subscribe", **given))
        edge.begin(query.get("last_event_id"))
        if own is None:
            await _attend(socket, edge)
    except (WebSocketDisconnect, OSError, RuntimeError):
        edge.left()  # the other end is gone, or the edge has closed the socket
    except BaseException:
        edge.left()
        raise
    else:
        if own is None:
            edge.left()
            return
        call.connection = None  # type: ignore[assignment]  # with all its headers
        own.hold(edge)


async def _attend(socket: WebSocket, edge: Edge) -> None:
    """The life of a socket on a server that is not ours."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        edge.heard(message.get("text") or message.get("bytes") or "")
        await edge.listened()


class Edge:
    """A socket between the hub and the wire: it has a task only while something is under way."""

    __slots__ = ("_call", "_connection", "_line", "_listening", "_pouring", "_said", "_send")

    def __init__(self, call: Call, send: Send, own: Line | None) -> None:
        self._call = call
        self._send = send
        self._line = own
        self._said: deque[str | bytes] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._pouring: asyncio.Task[None] | None = None
        self._connection = Connection(call.actor, call.origin, ip=call.client_ip)
        self._connection.wake = self._wake

    def begin(self, last: str | None) -> None:
        """Let it in, as far as it has got: with what comes from now on, or with all after the event of that number.

        Whoever says a number, and be it an empty one, is told those of all events (`id`).
        """
        if last is not None:
            self._connection.form = as_numbered_frame
        self._hub.join(self._connection, after=number(last or ""))
        self._connection.rest()

    @property
    def _hub(self) -> Hub:
        hub: Hub = self._call.services.hub
        return hub

    def open(self, way: Write) -> None:
        self._connection.open(way)

    def shut(self) -> None:
        self._connection.shut()

    def left(self) -> None:
        """The other end is gone."""
        self._hub.leave(self._connection)
        self._connection.wake = None
        self._connection.hang_up()

    def _wake(self) -> None:
        self._pouring = asyncio.create_task(self._pour())

    async def _pour(self) -> None:
        """Write what is queued, and the end; between, nothing is written past it."""
        connection = self._connection
        try:
            while connection.waits:
                message = await connection.next()
                if message is None:
                    return await self._end(connection.closed or Closed.GONE)
                seq = message.seq if connection.form is as_numbered_frame else None
                text = message.frame.envelope(message.topic.label(), seq).decode()
                await self._send({"type": "websocket.send", "text": text})
        except (WebSocketDisconnect, OSError, RuntimeError):
            self.left()
        else:
            self._pouring = None
            connection.rest()

    async def _end(self, why: Closed) -> None:
        if why is not Closed.GONE:
            await self._send({"type": "websocket.close", "code": CODES[why], "reason": why.value})

    def heard(self, said: str | bytes) -> None:
        """A message of the client; those of one moment are obeyed one after another."""
        if self._said is None:
            self._said = deque()
        self._said.append(said)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())

    async def listened(self) -> None:
        """Wait until all that was heard is done."""
        if self._listening is not None:
            await self._listening

    async def _listen(self) -> None:
        try:
            while self._said:
                await self._hear(self._said.popleft())
        except (WebSocketDisconnect, OSError, RuntimeError):
            self.left()
        finally:
            self._said = self._listening = None
            if self._line is not None:
                self._line.read_on()

    async def _hear(self, said: str | bytes) -> None:
        try:
            if len(said) > MOST_MESSAGE:
                raise BadRequest("Message is too long")
            order = msgspec.json.decode(said, type=Order)
        except (msgspec.MsgspecError, UnicodeError):
            await self._refuse(BadRequest("Invalid JSON"))
        except TorgError as error:
            await self._refuse(error)
        else:
            await self.obey(order)

    async def obey(self, order: Order) -> None:
        """Subscribe or unsubscribe; a mistake is answered on the socket and changes nothing."""
        hub, connection = self._hub, self._connection
        try:
            if order.type not in ("subscribe", "unsubscribe"):
                raise BadRequest("Unknown message type")
            topic: Topic = await streaming_topics.topic(
                self._call, order.stream, tag=str(order.tag), list_id=str(order.list), q=str(order.q)
            )
            if order.type == "unsubscribe":
                hub.unwatch(connection, topic)
            elif len(connection.topics) >= MOST_TOPICS:
                raise BadRequest("Too many streams on one connection")
            elif topic.name == SEARCH and sum(t.name == SEARCH for t in connection.topics) >= MOST_SEARCHES:
                raise BadRequest("Too many searches on one connection")
            else:
                hub.watch(connection, topic)
        except TorgError as error:
            await self._refuse(error)

    async def _refuse(self, error: TorgError) -> None:
        text = msgspec.json.encode({"error": error.text, "status": error.status}).decode()
        await self._send({"type": "websocket.send", "text": text})
