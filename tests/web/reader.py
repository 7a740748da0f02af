"""A browser without scripts, for the pages of the square: keeps cookies, sees HTML, sends forms."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx2

from tests.fixtures.square import PUBLIC, Square
from torg.access import sessions

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')

TEMPLATE = re.compile(r"<template\b.*?</template>", re.DOTALL)
SELECT = re.compile(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
SELECTED = re.compile(r'<option value="([^"]*)" selected')


class Reader:
    """`await Reader(square).open("/")`; after `await reader.enters("anna")` as that member."""

    def __init__(self, square: Square, host: str = PUBLIC, language: str = "en") -> None:
        self.square, self.host = square, host
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=square.app),
            base_url=f"http://{host}",
            headers={"Accept-Language": language, "Accept": "text/html,*/*;q=0.8"},
        )

    async def enters(self, handle: str) -> Reader:
        """A session, as the login page makes it."""
        self.http.cookies.set(sessions.COOKIE, await session_of(self.square, self.host, handle))
        return self

    async def open(self, path: str, **headers: str) -> httpx2.Response:
        return await self.http.get(path, headers=headers)

    async def send(self, page: httpx2.Response, path: str, **fields: Any) -> httpx2.Response:
        """The page's form with its hidden fields and these; what stands in a template is no field of a form."""
        text = TEMPLATE.sub("", page.text)
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(text)}
        for name, options in SELECT.findall(text):
            if chosen := SELECTED.search(options):
                hidden[name] = html.unescape(chosen[1])
        return await self.http.post(path, data={**hidden, **fields})


async def session_of(square: Square, host: str, handle: str) -> str:
    """The secret of a new session of a member of the cast."""
    network = square.networks[host]
    async with square.services.db.tx(network.scope) as tx:
        return await sessions.begin(tx, square.person(host, handle).id, ip="192.0.2.7", user_agent="tests")
