"""A blog on loopback with a feed, a page that names it, and a hub: polite or rude as a test wants it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from email.utils import format_datetime
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import httpx2

from tests.engine.servers import Asked, Server, reply
from tests.fixtures.square import PUBLIC, Square
from torg.kernel.clock import now


class Blog:
    """Serves `entries` (id, title, text, published) as RSS, with ETag and Last-Modified, unless told otherwise."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str, object]] = []
        self.pages: dict[str, bytes] = {}
        self.fixed: bytes | None = None
        self.extra = ""
        self.asked: list[Asked] = []
        self.subscribed: list[dict[str, str]] = []
        self.modified = format_datetime(now(), usegmt=True)

    def writes(self, number: int, title: str, text: str = "", published: object = None) -> None:
        self.entries.insert(0, (f"urn:entry:{number}", title, text, published))

    def feed(self) -> bytes:
        items = "".join(
            f'<item><guid isPermaLink="false">{guid}</guid><title>{escape(title)}</title>'
            f"<link>https://blogg.example/{guid.rpartition(':')[2]}</link><description>{escape(text)}</description>"
            f"{f'<pubDate>{format_datetime(published)}</pubDate>' if published else ''}</item>"  # type: ignore[arg-type]
            for guid, title, text, published in self.entries
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
            f"<title>Torgets blogg</title><link>https://blogg.example/</link><description>Om torget</description>"
            f"<language>sv-SE</language>{self.extra}{items}</channel></rss>"
        ).encode()

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.asked.append(asked)
        if asked.method == "POST":
            self.subscribed.append({name: values[0] for name, values in parse_qs(asked.body.decode()).items()})
            writer.write(reply(b"", status=202))
            return
        if asked.path in self.pages or self.fixed is not None:
            writer.write(self.pages.get(asked.path) or self.fixed or b"")
            return
        body = self.feed()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if asked.headers.get("if-none-match") == etag:
            writer.write(reply(b"", status=304, etag=etag))
            return
        writer.write(reply(body, content_type="application/rss+xml", etag=etag, last_modified=self.modified))


class Hub:
    """What the blog's hub would do, by hand."""

    def __init__(self, square: Square, blog: Blog) -> None:
        self.square, self.form = square, blog.subscribed[-1]
        self.path = self.form["hub.callback"].removeprefix(f"http://{PUBLIC}")

    async def asks(self, mode: str = "subscribe", topic: str | None = None) -> httpx2.Response:
        query = {
            "hub.mode": mode, "hub.topic": topic or self.form["hub.topic"], "hub.challenge": "är du säker?",
            "hub.lease_seconds": "864000",
        }  # fmt: skip
        return await self.square.nobody().get(self.path, params=query)

    async def tells(self, body: bytes, secret: str | None = None) -> httpx2.Response:
        key = (self.form["hub.secret"] if secret is None else secret).encode()
        signed = {"X-Hub-Signature": f"sha256={hmac.new(key, body, 'sha256').hexdigest()}"}
        return await self.square.nobody().post(self.path, content=body, headers=signed)


def address(server: Server, path: str = "/feed.xml") -> str:
    return f"{server.origin}{path}"
