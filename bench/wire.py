"""A bare HTTP/1.1 client on one kept connection, so that the client's own work stays small beside the server's."""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Wire:
    """One connection: `async with Wire(url, token) as wire: status, body = await wire.ask("GET", "/api/…")`."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not (parts.hostname in LOOPBACK or (parts.hostname or "").endswith(".localhost")):
            raise SystemExit(f"{url}: only http on this machine's own loopback is measured")
        self.port = parts.port or 80
        self.head = f"Host: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"

    async def __aenter__(self) -> Wire:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.close()

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
        """Status and body; RuntimeError for anything but 2xx, since a refusal's speed says nothing."""
        await self._send(method, path, body)
        status, headers = await self._answer()
        content = await self._body(headers)
        if not 200 <= status < 300:
            raise RuntimeError(f"{method} {path}: {status} {content[:200]!r}")
        return status, content

    async def open_stream(self, path: str) -> asyncio.StreamReader:
        """Begin reading server-sent events; the connection is the stream's from then on."""
        await self._send("GET", path, None)
        status, _ = await self._answer()
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        return self.reader

    async def _send(self, method: str, path: str, body: dict[str, Any] | None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        about = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n" if body is not None else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\n{self.head}{about}\r\n".encode() + content)
        await self.writer.drain()

    async def _answer(self) -> tuple[int, dict[str, str]]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        return int(head[0].split()[1]), headers

    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            pieces = []
            while size := int((await self.reader.readline()).split(b";")[0], 16):
                pieces.append((await self.reader.readexactly(size + 2))[:-2])
            await self.reader.readline()
            return b"".join(pieces)
        return await self.reader.readexactly(int(headers.get("content-length", "0")))
