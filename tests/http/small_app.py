"""The throwaway routes that the kit's tests call, and the few in-test objects that stand outside the kit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from starlette.responses import HTMLResponse
from starlette.websockets import WebSocket

from torg.engine.limits import LocalLimiter
from torg.http import App, Call, Paged, Reply, Routes, Upload, build_app
from torg.kernel.actor import Actor, NetworkKind, Permission, Scope
from torg.kernel.config import Settings
from torg.kernel.errors import Gone, Unauthorized

MEGABYTE = 1024 * 1024


class Net(msgspec.Struct, frozen=True):
    id: int
    org_id: int
    kind: NetworkKind
    host: str
    is_public: bool = True


class Hosts:
    """Two networks of two organisations."""

    known: Mapping[str, Net] = {
        "acme.example": Net(1, 10, NetworkKind.PUBLIC, "acme.example"),
        "localhost:8000": Net(2, 20, NetworkKind.PUBLIC, "localhost:8000"),
    }

    async def by_host(self, host: str) -> Net | None:
        return self.known.get(host)


class Tokens:
    """Tokens by name: what the access feature looks up in the database."""

    async def authenticate(self, db: Any, network: Any, token: str | None) -> Actor:
        base = Actor(org_id=network.org_id, network_id=network.id)
        known = {
            None: base,
            "app": msgspec.structs.replace(base, app_id=3, token_id=30, scopes=frozenset({"read"})),
            "anna": msgspec.structs.replace(
                base, account_id=7, person_id=70, token_id=31, scopes=frozenset({"read", "write:statuses"})
            ),
            "boss": msgspec.structs.replace(
                base,
                account_id=8,
                token_id=32,
                scopes=frozenset({"read", "admin:read"}),
                permissions=Permission.ADMINISTRATOR,
            ),
        }
        if token not in known:
            raise Unauthorized()
        return known[token]


class Ledger:
    """Stands for the database: remembers what became of each transaction."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Scope]] = []

    @asynccontextmanager
    async def tx(self, scope: Scope, *, steady: bool = False) -> AsyncIterator[str]:
        try:
            yield "a transaction"
        except BaseException:
            self.done.append(("rolled back", scope))
            raise
        self.done.append(("committed", scope))


class Services:
    def __init__(self, settings: Settings) -> None:
        self.db = Ledger()
        self.settings = settings
        self.limits = LocalLimiter()


class Site:
    """What the fixture `site` gives."""

    url: str
    client: Any

    def __init__(self, app: App, services: Services, uploads: Path) -> None:
        self.app, self.services, self.uploads = app, services, uploads

    def reset(self) -> None:
        self.services.limits._counts.clear()
        self.services.db.done.clear()


class Visibility(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class Poll(msgspec.Struct, kw_only=True):
    options: list[str]
    expires_in: int
    multiple: bool = False


class Pair(msgspec.Struct):
    name: str
    value: str = ""


class Everything(msgspec.Struct, kw_only=True):
    id: int = 0
    text: str = ""
    flag: bool | None = None
    certain: bool = False
    number: int | None = None
    ids: list[int] = []
    visibility: Visibility | None = None
    poll: Poll | None = None
    fields_attributes: list[Pair] = []
    at: datetime | None = None
    any: dict[str, Any] = {}


class One(msgspec.Struct):
    id: int


class PageParams(msgspec.Struct, kw_only=True):
    limit: int = 20
    max_id: int | None = None
    only: str | None = None


class File(msgspec.Struct, kw_only=True):
    file: Upload
    description: str = ""


class Sent(msgspec.Struct):
    size: int
    filename: str
    content_type: str
    description: str
    begin: str


class Raising(msgspec.Struct):
    what: str = ""


routes = Routes("test")


@routes.get("/api/v1/things/{id}", auth="optional", scope="read:statuses")
async def show(call: Call, params: One) -> dict[str, Any]:
    """Show one thing."""
    return {"id": str(params.id), "actor": call.actor.account_id, "origin": call.origin, "tx": str(call.tx)}


@routes.get("/api/v1/things/search", auth="public")
async def search(call: Call) -> dict[str, str]:
    return {"route": "search", "actor": str(call.actor.account_id)}


@routes.delete("/api/v1/things/{id}", scope="write:statuses", limit="delete")
async def remove(call: Call, params: One) -> dict[str, Any]:
    return {}


@routes.get("/api/v1/things", auth="public")
async def things(call: Call, params: PageParams) -> Paged[One]:
    return Paged([One(9), One(7)], 9, 7)


@routes.get("/api/v1/offsets", auth="public")
async def offsets(call: Call, params: PageParams) -> Paged[One]:
    return Paged([], next_query={"offset": 20})


@routes.get("/api/v1/bodies/{id}", auth="public")
@routes.post("/api/v1/bodies", auth="public")
@routes.put("/api/v1/bodies/{id}", auth="public")
async def everything(call: Call, params: Everything) -> Everything:
    return params


@routes.post("/api/v1/user_only", scope=("profile", "write:statuses"))
async def user_only(call: Call, params: Raising) -> dict[str, int]:
    return {"me": call.me}


@routes.get("/api/v1/app_only", auth="app", scope="read")
async def app_only(call: Call) -> dict[str, str]:
    return {}


@routes.get("/api/v1/admin_only", scope="admin:read", permission=Permission.MANAGE_REPORTS)
async def admin_only(call: Call) -> dict[str, str]:
    return {}


@routes.post("/api/v1/media", auth="public", tx=False, max_body=3 * MEGABYTE, limit="media")
async def media(call: Call, params: File) -> Reply[Sent]:
    data = params.file.read()
    sent = Sent(params.file.size, params.file.filename, params.file.content_type, params.description, repr(data[:8]))
    assert len(data) == params.file.size
    return Reply(sent, status=202, headers={"X-Mine": "yes"})


@routes.post("/raw", auth="none", tx=False, max_body=1000)
async def raw(call: Call) -> Reply[str]:
    return Reply((await call.request.body()).decode("latin-1"))


@routes.get("/api/v1/raise", auth="public")
async def raising(call: Call, params: Raising) -> None:
    match params.what:
        case "bug":
            raise RuntimeError("secret detail")
        case "serialization":
            raise psycopg.errors.SerializationFailure("could not serialize")
        case "away":
            raise psycopg.OperationalError("connection refused")
        case "range":
            raise psycopg.errors.NumericValueOutOfRange("out of range")
        case "gone":
            raise Gone("It went away")
        case "unencodable":
            return object()  # type: ignore[return-value]


@routes.get("/page", auth="none", tx=False)
async def page(call: Call) -> HTMLResponse:
    call.header("X-Extra", "1")
    return HTMLResponse("<p>Hello")


@routes.get("/page/raise", auth="none", tx=False)
async def page_raising(call: Call) -> None:
    raise RuntimeError("secret detail")


@routes.get("/@{handle}/{id}", auth="none", tx=False)
async def post_page(call: Call, params: Everything) -> Reply[str]:
    return Reply(str(params.id))


@routes.get("/files/{name:path}", auth="none", tx=False)
async def files(call: Call) -> dict[str, str]:
    return {}


@routes.websocket("/api/v1/streaming")
async def streaming(socket: WebSocket, call: Call) -> None:
    await socket.accept(subprotocol=call.subprotocol)
    await socket.send_json({"me": call.actor.account_id, "host": call.network.host})
    await socket.close()


def small_app(folder: Path, **settings: Any) -> Site:
    uploads = folder / "uploads"
    uploads.mkdir(exist_ok=True)
    services = Services(Settings(data=folder, **settings))
    app = build_app(
        [routes],
        services,  # type: ignore[arg-type]
        authenticator=Tokens(),
        networks=Hosts(),
        upload_folder=uploads,
    )
    return Site(app, services, uploads)
