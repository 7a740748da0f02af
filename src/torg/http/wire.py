"""The last step to and the first from the wire: common headers, HEAD without a body, request bodies within a cap."""

from __future__ import annotations

import itertools
import os
import secrets
from typing import Any

from starlette.responses import Response
from starlette.types import Message, Receive, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from torg.kernel.errors import TooLarge

Headers = list[tuple[bytes, bytes]]

SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]
JSON_TYPE = "application/json; charset=utf-8"
JSON_HEADER = (b"content-type", JSON_TYPE.encode())
NO_BODY = frozenset({204, 304})
UNUSUAL = frozenset({b"connection", b"transfer-encoding"})
CONTENT_POLICY = (
    b"default-src 'self'; img-src 'self' data: blob: https:; media-src 'self' blob: https:; "
    b"style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


_ids = itertools.count(1)
_prefix = secrets.token_hex(4)


def _renew() -> None:
    global _prefix
    _prefix = secrets.token_hex(4)


os.register_at_fork(after_in_child=_renew)  # else two processes would give the same ids


def request_id() -> str:
    """The next `X-Request-Id` of this process: to find a request in the log again, not to be hard to guess."""
    return f"{_prefix}{next(_ids) & 0xFFFFFFFF:08x}"


PRIVATE = (b"cache-control", b"private, no-store")
"""What is answered depends on who asks: no shared cache may keep it."""


class Json(Response):
    """An answer of JSON with no header of its own yet."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.status_code = status
        self.background = None
        self.body = body
        self.raw_headers = [(b"content-length", b"%d" % len(body)), JSON_HEADER]


WHOLE = frozenset({Response, Json})
"""Answers that are not sent bit by bit."""


def missing(response: Response, extra: Headers) -> Headers:
    """The common headers that the handler did not set itself, and a content policy for pages."""
    if type(response) is Json and len(response.raw_headers) == 2:
        return [*extra, PRIVATE]
    present = {name for name, _ in response.raw_headers}
    added = [entry for entry in extra if entry[0] not in present]
    if b"cache-control" not in present:
        added.append(PRIVATE)
    if b"content-security-policy" not in present:
        kind = next((value for name, value in response.raw_headers if name == b"content-type"), b"")
        if kind.startswith(b"text/html"):
            added.append((b"content-security-policy", CONTENT_POLICY))
    return added


def at_once(response: Response, send: Send, method: str) -> bool:
    """Write an answer that is whole, where uvicorn is ready for it: one write instead of two, headers looked at once.

    False if it has to go the usual way: nothing is written then.
    """
    cycle: Any = getattr(send, "__self__", None)
    if (
        type(cycle) is not RequestResponseCycle
        or type(response) not in WHOLE
        or response.background is not None
        or method == "HEAD"
        or response.status_code in NO_BODY
        or cycle.response_started
        or cycle.disconnected
        or not cycle.keep_alive
        or cycle.access_log
        or cycle.flow.write_paused
    ):
        return False
    headers = [*cycle.default_headers, *response.raw_headers]
    if not UNUSUAL.isdisjoint([name for name, _ in headers]):
        return False
    body = bytes(response.body)
    head = b"".join([b"%b: %b\r\n" % header for header in headers])
    if head.count(b"\n") != len(headers) or head.count(b"\r") != len(headers) or b"\0" in head:
        return False  # uvicorn refuses it
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[response.status_code], head, body))
    cycle.message_event.set()
    cycle.on_response()
    return True


def at_hand(receive: Receive) -> bytes | None:
    """The body of a request, if uvicorn has all of it and nobody has asked for it; else None."""
    cycle: Any = getattr(receive, "__self__", None)
    if type(cycle) is not RequestResponseCycle or cycle.more_body or cycle.disconnected or cycle.response_complete:
        return None
    body = bytes(cycle.body)
    cycle.body = bytearray()
    cycle.message_event.clear()
    cycle.flow.resume_reading()
    return body


def capped(receive: Receive, most: int) -> Receive:
    """Whoever reads the body, the kit or the handler, gets no more than `most` bytes: TooLarge (413)."""
    total = 0

    async def inner() -> Message:
        nonlocal total
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > most:
                raise TooLarge(f"The request body may be at most {most // 1024} kB")
        return message

    return inner


def without_body(send: Send) -> Send:
    """The answer to HEAD: the headers that GET would have, and no body."""

    async def inner(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return inner


def with_headers(send: Send, extra: Headers) -> Send:
    """Add headers to whatever a mounted app answers."""

    async def inner(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return inner
