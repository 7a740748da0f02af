"""Declaring routes: an edge module makes one `Routes`, its decorators keep a record of each handler."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar, get_type_hints

import msgspec

from torg.kernel.actor import Permission

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)

MEGABYTE = 1024 * 1024


class Auth(StrEnum):
    """Who may call: `none` does not look at the token at all (login pages, health, static, federation)."""

    NONE = "none"
    PUBLIC = "public"
    OPTIONAL = "optional"
    APP = "app"
    USER = "user"


class Together(NamedTuple):
    """How several calls of a route are answered by one transaction (http/together.py).

    `alike(call, params)`: whether a call may be among them at all, by what is known without a look into the database.
    `read(tx, asked)` gives for each (call, params) what the handler would; None for those that it is to be asked.
    """

    alike: Callable[..., bool]
    read: Handler


@dataclass(frozen=True, slots=True)
class Route:
    """One declared route. `limit` names a rate rule of http/limits.py besides the general one."""

    method: str
    path: str
    handler: Handler
    auth: Auth
    scopes: tuple[str, ...] = ()
    permission: Permission = Permission.NONE
    tx: bool = True
    max_body: int = MEGABYTE
    limit: str | None = None
    status: int = 200
    tag: str = ""
    hidden: bool = False
    any_host: bool = False
    activity: bool = False
    before: Handler | None = None
    steady: bool = False
    replica: bool = False
    together: Together | None = None
    _signature: tuple[type[msgspec.Struct] | None, Any] | None = field(init=False, default=None, compare=False)

    @property
    def params(self) -> type[msgspec.Struct] | None:
        """The Struct of the handler's second parameter."""
        return (self._signature or self.resolve())[0]

    @property
    def returns(self) -> Any:
        """What the handler returns; Any where it is a name for type checking only."""
        return (self._signature or self.resolve())[1]

    def resolve(self) -> tuple[type[msgspec.Struct] | None, Any]:
        """Read the handler's own signature, once: TypeError if its parameters cannot be parameters of a request.

        Not when declared, since names further down a module are not known yet, nor at a start, where a thousand of them
        take a tenth of a second: at the first request, and in a test for all.
        """
        params: type[msgspec.Struct] | None = None
        returns: Any = Any
        names = list(inspect.signature(self.handler).parameters)
        found = self.handler.__annotations__
        scope = getattr(self.handler, "__globals__", {})
        if len(names) > 1 and self.method != "WEBSOCKET":
            wanted = _evaluate(found.get(names[1]), scope)
            if not (isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)):
                raise TypeError(f"{self.handler.__qualname__}: parameter {names[1]!r} must be a msgspec.Struct")
            params = wanted
        with contextlib.suppress(NameError):  # imported for type checking only: the document then says "any"
            returns = _evaluate(found.get("return", Any), scope)
        object.__setattr__(self, "_signature", (params, returns))
        return params, returns


def _evaluate(annotation: Any, scope: dict[str, Any]) -> Any:
    holder = SimpleNamespace(__annotations__={"it": annotation})
    return get_type_hints(holder, globalns=scope, include_extras=True)["it"]


class Routes:
    """The routes of one module: `routes = Routes("mastodon")`, then `@routes.get("/api/v1/…/{id}")`.

    Path pieces: `{id}` and `{…_id}` match digits only (else 404), any other `{name}` one piece of any text;
    `{name:str}`, `{name:id}` and `{name:path}` (the rest, slashes too) say so explicitly. A piece may have
    text around it: `/@{handle}/{id}`. A fixed piece always wins over a parameter, in whatever order declared.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.records: list[Route] = []
        self.mounts: list[tuple[str, Any]] = []

    def route(
        self,
        method: str,
        path: str,
        *,
        auth: str = "user",
        scope: str | Sequence[str] | None = None,
        permission: Permission = Permission.NONE,
        tx: bool = True,
        max_body: int = MEGABYTE,
        limit: str | None = None,
        status: int = 200,
        hidden: bool = False,
        any_host: bool = False,
        activity: bool = False,
        before: Handler | None = None,
        steady: bool = False,
        replica: bool = False,
        together: Together | None = None,
    ) -> Callable[[H], H]:
        """Declare a route. Several scopes: any one of them is enough. `max_body`: bytes, also for uploads.

        `any_host`: answers also under a name (or bare address) that no network has; then without any tenant.
        `activity`: answers only who asks for ActivityPub's JSON (http/negotiation.py); a page may have the same path.
        `before`: is awaited with the handler's own arguments before its transaction is opened, for what waits for
        other servers; what it returns is `call.prepared`.
        `steady`: its statements are planned once (`Tx.steady`), said with the beginning of the transaction.
        `replica`: only reads, remembers nothing, and may be asked twice: from a replica where there is one.
        `together`: how several who ask at the same time are answered by one transaction.
        """
        if replica and (method.upper() != "GET" or not tx):
            raise TypeError(f"{method} {path}: only what reads in its transaction may be read from a replica")
        scopes = (scope,) if isinstance(scope, str) else tuple(scope or ())

        def keep(handler: H) -> H:
            self.records.append(
                Route(
                    method.upper(),
                    path,
                    handler,
                    Auth(auth),
                    scopes,
                    permission,
                    tx,
                    max_body,
                    limit,
                    status,
                    self.name,
                    hidden,
                    any_host,
                    activity,
                    before,
                    steady,
                    replica,
                    together,
                )
            )
            return handler

        return keep

    def get(self, path: str, **options: Any) -> Callable[[H], H]:
        return self.route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[H], H]:
        return self.route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[H], H]:
        return self.route("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[H], H]:
        return self.route("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[H], H]:
        return self.route("DELETE", path, **options)

    def websocket(self, path: str, *, auth: str = "optional", **options: Any) -> Callable[[H], H]:
        """Handler: `async def stream(socket: WebSocket, call: Call) -> None`; it accepts (or closes) itself."""
        return self.route("WEBSOCKET", path, auth=auth, tx=False, **options)

    def mount(self, prefix: str, app: Any) -> None:
        """Hand everything under `prefix` to another ASGI app (static files), as on every host name."""
        self.mounts.append((prefix.rstrip("/"), app))
