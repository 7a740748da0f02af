"""The people of the comparison, made ready by the Mastodon API alone, the same on every server.

The first token is the speaker, whom 20 follow; the second the crier, whom all follow, to their streams; the next six
are authors, whom the first hundred of the others follow: the viewers, whose timelines are read.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from functools import partial

from bench.servers import Server
from torg.rehearsal import wire

AUTHORS = 8
FOLLOWERS = 20
VIEWERS = 100
STREAMS = 500
PEOPLE = AUTHORS + STREAMS
"""How many there are, unless a starter is told otherwise: each stream is one of a person of its own."""
TEXT = "A square is where one meets whom one did not come to see."


class Caller:
    """Requests over a few kept connections; RuntimeError for anything but 2xx, since a refusal's speed says nothing."""

    def __init__(self, server: Server, connections: int = 8) -> None:
        self.server = server
        self.lines = wire.Lines(server.port, connections)
        self._gate = asyncio.Semaphore(connections)

    async def __aenter__(self) -> Caller:
        await self.lines.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.lines.close()

    def get(self, path: str, token: str) -> bytes:
        return wire.get(self.server.host, path, token)

    def post(self, path: str, token: str, body: dict[str, object], method: str = "POST") -> bytes:
        content = json.dumps(body).encode()
        head = wire.post_head(self.server.host, path, token, len(content))
        return head.replace(b"POST", method.encode(), 1) + content

    async def ask(self, request: bytes) -> bytes:
        async with self._gate:
            while not self.lines.idle:  # noqa: ASYNC110 - a broken line is being opened anew
                await asyncio.sleep(0.001)
            told: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
            self.lines.idle.pop().ask(request, partial(_resolve, told))
            status, body = await told
        if not 200 <= status < 300:
            raise RuntimeError(f"{self.server.name}: {request[:60]!r}: {status} {body[:200]!r}")
        return body


def _resolve(told: asyncio.Future[tuple[int, bytes]], status: int, body: bytes, line: wire.Line) -> None:
    if not told.done():
        told.set_result((status, body))


@dataclass
class Stage:
    """Who is who on one server."""

    server: Server
    speaker: str
    crier: str
    listeners: list[str]
    """Who follow the crier."""

    @property
    def viewers(self) -> list[str]:
        """Whose timelines are read."""
        return self.listeners[:VIEWERS]

    @property
    def followers(self) -> list[str]:
        """Those who follow the speaker."""
        return self.listeners[:FOLLOWERS]


async def set_up(server: Server, history: int) -> Stage:
    """Follows and `history` posts by each author. Doing it again adds posts only."""
    tokens = server.tokens
    if len(tokens) < AUTHORS + FOLLOWERS:
        raise SystemExit(f"{server.name}: {len(tokens)} tokens, but {AUTHORS + FOLLOWERS} are the least")
    stage = Stage(server, tokens[0], tokens[1], tokens[AUTHORS:])
    async with Caller(server, 4) as caller:
        ids = []
        for token in tokens[:AUTHORS]:
            me = await caller.ask(
                caller.post("/api/v1/accounts/update_credentials", token, {"locked": False}, method="PATCH")
            )
            ids.append(json.loads(me)["id"])
        pairs = [(token, id_) for token in stage.viewers for id_ in ids[2:]]
        pairs += [(token, ids[1]) for token in stage.listeners]
        pairs += [(token, ids[0]) for token in stage.followers]
        await asyncio.gather(
            *(caller.ask(caller.post(f"/api/v1/accounts/{id_}/follow", token, {})) for token, id_ in pairs)
        )
        for number in range(history):
            for token in tokens[2:AUTHORS]:
                await caller.ask(caller.post("/api/v1/statuses", token, {"status": f"{TEXT} {number}"}))
    return stage
