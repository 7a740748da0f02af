"""Readers of live streams as a client would be: over real sockets, with a parser of their own."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import websockets

from tests.fixtures.square import PUBLIC, Person, Square

PATIENCE = 20


@dataclass
class Heard:
    """One event. `data` is parsed JSON; `id` is the number in the log (SSE only)."""

    event: str
    data: Any
    id: int | None = None
    stream: list[str] | None = None


class SseReader:
    """A server-sent event stream over a bare socket, so that it can be cut at any byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.heard: list[Heard] = []
        self.ended = False
        self._pending = b""

    @classmethod
    async def open(
        cls, port: int, path: str, *, host: str = PUBLIC, token: str | None = None, last: int | None = None
    ) -> SseReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}"]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if last is not None:
            lines.append(f"Last-Event-ID: {last}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        self = cls(reader, writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        status, *headers = head.strip().split("\r\n")
        self.status = int(status.split()[1])
        self.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in headers)}
        if self.status != 200:
            self.body = await reader.read(int(self.headers.get("content-length", "0")))
        return self

    async def read_raw(self) -> bytes:
        """The next chunk as it came, whatever it is."""
        async with asyncio.timeout(PATIENCE):
            size = int((await self._reader.readuntil(b"\r\n")).strip(), 16)
            return (await self._reader.readexactly(size + 2))[:-2]

    async def _chunk(self) -> None:
        size = int((await self._reader.readuntil(b"\r\n")).strip(), 16)
        chunk = (await self._reader.readexactly(size + 2))[:-2]
        if size == 0:
            self.ended = True
            return
        self._pending += chunk
        while b"\n\n" in self._pending:
            block, self._pending = self._pending.split(b"\n\n", 1)
            fields = dict(
                line.split(": ", 1) for line in block.decode().split("\n") if line and not line.startswith(":")
            )
            data = None if fields["data"] == "undefined" else json.loads(fields["data"])
            self.heard.append(Heard(fields["event"], data, int(fields["id"])))

    async def until(self, count: int) -> list[Heard]:
        """All that was heard, once it is `count` events."""
        async with asyncio.timeout(PATIENCE):
            while len(self.heard) < count and not self.ended:
                await self._chunk()
        return self.heard

    async def listen(self) -> list[Heard]:
        """Hear on until the connection ends, by whoever's hand."""
        try:
            while not self.ended:
                await self._chunk()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        return self.heard

    async def quiet(self) -> bool:
        """Whether nothing has come (and nothing comes in a moment)."""
        try:
            async with asyncio.timeout(0.2):
                while not self.heard:
                    await self._chunk()
        except TimeoutError:
            return True
        return False

    async def until_end(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.listen()

    def cut(self) -> None:
        """Drop the connection as a lost network would, without a word."""
        self._writer.transport.abort()

    @property
    def last_id(self) -> int:
        """What a browser would send as Last-Event-ID."""
        return self.heard[-1].id or 0 if self.heard else int(self.headers["last-event-id"])


class Socket:
    """A WebSocket client of the multiplexed stream."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message, its payload parsed."""
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = json.loads(await self.socket.recv())
        if "payload" in message:
            assert isinstance(message["payload"], str), "the payload is a text"
            message["payload"] = json.loads(message["payload"])
        return message


class Harbour:
    """The served square: `sse(person, "user")`, `socket(person)`; everything opened is closed with it."""

    def __init__(self, square: Square, port: int) -> None:
        self.square = square
        self.port = port
        self._open: list[Any] = []

    async def sse(self, person: Person, stream: str, *, last: int | None = None, **query: str) -> SseReader:
        path = f"/api/v1/streaming/{stream}" + (f"?{urlencode(query)}" if query else "")
        reader = await SseReader.open(self.port, path, host=person.host, token=person.token, last=last)
        self._open.append(reader)
        return reader

    async def socket(self, person: Person, *, subprotocol: bool = False, **query: str) -> Socket:
        headers = {}
        if person.token and not subprotocol:
            headers["Authorization"] = f"Bearer {person.token}"
        connection = await websockets.connect(
            f"ws://{person.host}/api/v1/streaming" + (f"?{urlencode(query)}" if query else ""),
            host="127.0.0.1",
            port=self.port,
            additional_headers=headers,
            subprotocols=[websockets.Subprotocol(person.token)] if person.token and subprotocol else None,
        )
        self._open.append(connection)
        return Socket(connection)

    async def sql(self, statement: str, *values: Any) -> None:
        """Arrange something in the database, as the system."""
        async with self.square.services.db.system() as tx:
            await tx.run(statement, values)

    async def relation(self, table: str, person: Person, other: Person, **columns: Any) -> None:
        """A row of follows, blocks or mutes between two of the cast."""
        network = self.square.networks[person.host]
        names = ["org_id", "network_id", "id", "account_id", "target_id", *columns]
        values = [network.org_id, network.id, person.id ^ other.id, person.id, other.id, *columns.values()]
        await self.sql(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})", *values)

    async def close(self) -> None:
        for one in self._open:
            if isinstance(one, SseReader):
                one.cut()
            else:
                await one.close()
