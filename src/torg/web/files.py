"""Stored files over HTTP: `/media/{key}` with ranges and caching, and the pictures that stand in for missing ones.

Types come from our own register, never from a name or a sender. In networks that are not public a file is
given to those with a signed address (media/links.py), a token of the network, or a session.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.responses import Response, StreamingResponse

from torg.http import Authenticator, Call, Routes
from torg.http.app import Gate
from torg.http.auth import bearer_token
from torg.kernel.actor import Actor, NetworkKind, Scope
from torg.kernel.errors import NotFound, TorgError
from torg.media import links, reads
from torg.media.formats import EXTENSIONS
from torg.media.model import StoredFile
from torg.web import drawings

routes = Routes("files")

YEAR = 31_536_000
DAY = 86_400
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

FileReader = Callable[[Call], Awaitable[Actor | None]]
"""The member of the network that the caller is, if any: `services.file_readers` holds them (token, session …)."""


class FileParams(msgspec.Struct, kw_only=True):
    key: str
    until: str | None = None
    sign: str | None = None


class SizeParams(msgspec.Struct, kw_only=True):
    size: str


# No authentication by the kit, so that pictures of a page do not count against the API's rate limits.
@routes.get("/media/{key:path}", auth="none", tx=False, hidden=True)
async def show(call: Call, params: FileParams) -> Response:
    """A stored file, whole or in part (RFC 9110 §14)."""
    kind = call.network.kind
    scope = Scope(call.network.org_id, (call.network.id,))
    if kind is not NetworkKind.PUBLIC and not links.signed(params.key, params.until, params.sign):
        scope = await _of_reader(call)
    async with call.db.tx(scope) as tx:
        file = await reads.file(tx, params.key)
    if file is None:
        raise NotFound
    return await send(call, file, headers_of(kind, file.key, file.mime, file.size))


async def send(call: Call, file: StoredFile, headers: dict[str, str]) -> Response:
    """A stored file with these headers, or the part of it that the request wants, or 304 or 416."""
    request = call.request
    if _matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=_without_length(headers))
    wanted = request.headers.get("range")
    if wanted and request.headers.get("if-range", headers["ETag"]) != headers["ETag"]:
        wanted = None
    span = _span(wanted, file.size) if wanted else None
    if span == ():
        return Response(status_code=416, headers={**_without_length(headers), "Content-Range": f"bytes */{file.size}"})
    start, end = span or (0, file.size)
    status = 206 if span else 200
    headers["Content-Length"] = str(end - start)
    if span:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    if await call.services.blobs.stat(file.key) is None:
        raise NotFound(log=f"registered but not stored: {file.key}")
    return StreamingResponse(call.services.blobs.read(file.key, start, end), status, headers)


async def _of_reader(call: Call) -> Scope:
    """What the caller may see of the network (row security leaves out others' files); NotFound for a stranger."""
    for reader in getattr(call.services, "file_readers", ()):
        actor: Actor | None = await reader(call)
        if actor is not None:
            return actor.scope
    raise NotFound


def token_reader(authenticator: Authenticator, gate: Gate | None = None) -> FileReader:
    """Lets in the bearer of a token of the network with an account, as far as the network's policies let it."""

    async def read(call: Call) -> Actor | None:
        token = bearer_token(call.request)
        if token is None:
            return None
        try:
            actor = await authenticator.authenticate(call.db, call.network, token)
            if gate is not None:
                await gate(call.network, actor, call.client_ip, call.route.path, call.origin)
        except TorgError:  # a bad token opens nothing; the answer stays the same 404 (DESIGN §2.4)
            return None
        return actor if actor.account_id is not None and actor.granted("read") else None

    return read


def headers_of(kind: NetworkKind, key: str, mime: str, size: int) -> dict[str, str]:
    """Keys are never used twice for different content, so that a public file may be cached for ever."""
    public = kind is NetworkKind.PUBLIC
    name = key.rpartition("/")[2]
    ending = name.rpartition(".")[2] if mime in EXTENSIONS else "bin"
    headers = {
        "Content-Type": mime,
        "Content-Length": str(size),
        "ETag": f'"{hashlib.sha256(key.encode()).hexdigest()[:24]}-{size:x}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": f"public, max-age={YEAR}, immutable" if public else f"private, max-age={DAY}",
        "Content-Disposition": f'inline; filename="{name.rpartition(".")[0] or "file"}.{ending}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if public:
        headers["Access-Control-Allow-Origin"] = "*"
    return headers


def _without_length(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in ("Content-Length", "Content-Type")}


def _matches(given: str | None, etag: str) -> bool:
    if given is None:
        return False
    return given.strip() == "*" or etag in [part.strip().removeprefix("W/") for part in given.split(",")]


def _span(header: str, size: int) -> tuple[int, int] | tuple[()] | None:
    """(start, end) of one range; () for one that cannot be met; None to send the whole (several, or nonsense)."""
    found = _RANGE.fullmatch(header.strip().replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, size) if length else ()
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    return (start, end) if start < size else ()


def _drawn(data: bytes) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={DAY}",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(data, 200, headers, "image/png")


@routes.get("/avatars/original/missing.png", auth="none", tx=False, hidden=True)
async def avatar(_: Call) -> Response:
    """The avatar of accounts without one."""
    return _drawn(drawings.missing_avatar())


@routes.get("/headers/original/missing.png", auth="none", tx=False, hidden=True)
async def header(_: Call) -> Response:
    """The header of accounts without one."""
    return _drawn(drawings.missing_header())


@routes.get("/files/{size}/missing.png", auth="none", tx=False, hidden=True)
async def file(_: Call, params: SizeParams) -> Response:
    """What stands for a file that could not be processed."""
    if params.size not in ("original", "small"):
        raise NotFound
    return _drawn(drawings.missing_file())
