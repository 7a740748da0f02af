"""A square that may call loopback, and a blog there whose pages a test writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.engine.servers import Asked, Server, reply, serving
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import Square, open_square


class Blog:
    """`blog.pages["/post"] = reply(b"…")`; any other path answers 404. `blog.took("/hook")`: the forms sent there."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.server: Server

    @property
    def origin(self) -> str:
        return self.server.origin

    def url(self, path: str) -> str:
        return self.origin + path

    def page(self, path: str, html: str, **headers: str) -> str:
        """Put a page there; its address."""
        self.pages[path] = reply(html.encode(), content_type="text/html; charset=utf-8", **headers)
        return self.url(path)

    async def answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(self.pages.get(asked.path.partition("?")[0], reply(b"", status=404)))

    def took(self, path: str) -> list[dict[str, str]]:
        """The forms that were posted to a path, in their order."""
        return [
            dict(parse_qsl(one.body.decode()))
            for one in self.server.asked
            if one.method == "POST" and one.path == path
        ]


@pytest.fixture
async def blog() -> AsyncIterator[Blog]:
    made = Blog()
    async with serving(made.answer) as server:
        made.server = server
        yield made


@pytest.fixture
async def square(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Square]:
    async with open_square(fresh_database, tmp_path, fetch_allow=("127.0.0.0/8",)) as opened:
        yield opened
