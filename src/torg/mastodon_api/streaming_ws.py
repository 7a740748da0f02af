"""Streams over one multiplexed WebSocket: subscribe and unsubscribe by JSON messages (Mastodon: methods/streaming)."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from torg.http import Call
from torg.http.sockets import writer
from torg.kernel.errors import BadRequest, TorgError
from torg.live.connection import Closed, Connection
from torg.live.hub import Hub
from torg.live.model import SEARCH, Topic
from torg.mastodon_api import streaming_topics

MOST_TOPICS = 100
MOST_SEARCHES = 10
MOST_MESSAGE = 4_096
# RFC 6455 §7.4.1: going away, policy violation, internal error; 1013 (registry): try again later
CODES = {Closed.OVERFLOW: 1013, Closed.REVOKED: 1008, Closed.SHUTDOWN: 1001, Closed.FAILURE: 1011, Closed.GONE: 1000}


class Order(msgspec.Struct, kw_only=True):
    """What a client says on the socket. Ids, tags and searches come as text or as numbers."""

    type: str = ""
    stream: str = ""
    tag: str | int = ""
    list: str | int = ""
    q: str | int = ""


async def serve(socket: WebSocket, call: Call) -> None:
    """The life of a socket. The kit has refused a bad token already; none at all may watch public streams."""
    await socket.accept(subprotocol=call.subprotocol)
    hub: Hub = call.services.hub
    connection = Connection(call.actor, call.origin, ip=call.client_ip)
    connection.at_once = writer(socket.scope)
    hub.join(connection)
    writing = asyncio.create_task(_write(socket, connection))
    try:
        query = socket.query_params
        if query.get("stream"):
            given = {name: query[name] for name in ("stream", "tag", "list", "q") if name in query}
            first = Order(type="subscribe", **given)
            await _obey(socket, call, connection, first)
        while True:
            await _hear(socket, call, connection, await socket.receive())
    except (WebSocketDisconnect, OSError, RuntimeError):
        pass  # the other end is gone, or the writer has closed the socket
    finally:
        hub.leave(connection)
        connection.hang_up()
        await asyncio.gather(writing, return_exceptions=True)


async def _write(socket: WebSocket, connection: Connection) -> None:
    while (message := await connection.next()) is not None:
        await socket.send_text(message.frame.envelope(message.topic.label()).decode())
    why = connection.closed or Closed.GONE
    if why is not Closed.GONE:
        await socket.close(CODES[why], why.value)


async def _hear(socket: WebSocket, call: Call, connection: Connection, message: Any) -> None:
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1000)
    said: str | bytes = message.get("text") or message.get("bytes") or ""
    try:
        if len(said) > MOST_MESSAGE:
            raise BadRequest("Message is too long")
        order = msgspec.json.decode(said, type=Order)
    except (msgspec.MsgspecError, UnicodeError):
        await _refuse(socket, BadRequest("Invalid JSON"))
    except TorgError as error:
        await _refuse(socket, error)
    else:
        await _obey(socket, call, connection, order)


async def _obey(socket: WebSocket, call: Call, connection: Connection, order: Order) -> None:
    """Subscribe or unsubscribe; a mistake is answered on the socket and changes nothing."""
    hub: Hub = call.services.hub
    try:
        if order.type not in ("subscribe", "unsubscribe"):
            raise BadRequest("Unknown message type")
        topic: Topic = await streaming_topics.topic(
            call, order.stream, tag=str(order.tag), list_id=str(order.list), q=str(order.q)
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
        await _refuse(socket, error)


async def _refuse(socket: WebSocket, error: TorgError) -> None:
    await socket.send_text(msgspec.json.encode({"error": error.text, "status": error.status}).decode())
