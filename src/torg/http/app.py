"""The ASGI app: host → route → token → limits → parameters → transaction → handler → answer, in one plain callable."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from torg.http import cors
from torg.http.auth import Authenticator, bearer_token, check, socket_token
from torg.http.call import Call, Services
from torg.http.convert import converter, to_struct
from torg.http.errors import Classify, classify, error_response
from torg.http.limits import Limited, count, rate_headers
from torg.http.reader import from_body, from_query
from torg.http.respond import to_response
from torg.http.router import Router
from torg.http.routes import Auth, Route, Routes
from torg.http.tenant import Front, Networks, Tenants, origin_of
from torg.http.uploads import remove_uploads
from torg.kernel.errors import TooLarge

log = structlog.get_logger("torg.http")

Lifespan = Callable[[], AbstractAsyncContextManager[None]]
Headers = list[tuple[bytes, bytes]]

SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]
CONTENT_POLICY = (
    b"default-src 'self'; img-src 'self' data: blob: https:; media-src 'self' blob: https:; "
    b"style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
FORM = "application/x-www-form-urlencoded"


def build_app(
    routes: Iterable[Routes],
    services: Services,
    *,
    authenticator: Authenticator,
    networks: Networks,
    lifespan: Lifespan | None = None,
    upload_folder: Path | None = None,
    classify_error: Classify = classify,
) -> App:
    """Put the edges' routes together. Mistakes in declarations (twice the same, odd types) show here."""
    return App(list(routes), services, authenticator, networks, lifespan, upload_folder, classify_error)


class App:
    """The whole of HTTP. `tenants.forget()` after a network has changed; `routes` for OpenAPI and tests."""

    def __init__(
        self,
        collections: list[Routes],
        services: Services,
        authenticator: Authenticator,
        networks: Networks,
        lifespan: Lifespan | None,
        upload_folder: Path | None,
        classify_error: Classify,
    ) -> None:
        self.services = services
        self.routes: list[Route] = [route for one in collections for route in one.records]
        for route in self.routes:
            route.resolve()
            if route.params is not None:
                converter(route.params)
        self._mounts: list[tuple[str, ASGIApp]] = [mount for one in collections for mount in one.mounts]
        self._router = Router(self.routes)
        self._authenticator = authenticator
        self._lifespan = lifespan
        self._classify = classify_error
        self._upload_folder = upload_folder or Path(tempfile.gettempdir())
        self._limited = services.settings.rate_limits
        self._front = Front(services.settings.trusted_proxies, services.settings.scheme)
        self.tenants = Tenants(networks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        request_id = secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        extra: Headers = [*SECURITY, (b"x-request-id", request_id.encode())]
        if cors.is_open(path):
            extra += cors.OPEN_HEADERS
        for prefix, mounted in self._mounts:
            if path.startswith(prefix + "/"):
                inner = dict(scope, root_path=scope.get("root_path", "") + prefix)
                await mounted(inner, receive, _with_headers(send, extra))
                return
        request = Request(scope, receive)
        try:
            response = await self._answer(request, receive, extra, request_id)
        except ClientDisconnect:
            return
        except Exception as error:
            if isinstance(error, Limited):
                extra += error.headers
            response = error_response(request, error, request_id, self._classify)
        finally:
            remove_uploads(request)
        response.raw_headers.extend(_missing(response, extra))
        await response(scope, receive, _without_body(send) if scope["method"] == "HEAD" else send)

    async def _answer(self, request: Request, receive: Receive, extra: Headers, request_id: str) -> Response:
        scope = request.scope
        method: str = scope["method"]
        if method == "OPTIONS" and (response := cors.preflight(request)) is not None:
            return response
        host, scheme, client_ip = self._front.look(request)
        network = await self.tenants.find(host)
        route, path_values = self._router.match("GET" if method == "HEAD" else method, scope["path"])
        request = Request(scope, _capped(receive, route.max_body))
        data, token = await self._early_token(request, route)
        actor = None
        try:
            actor = await check(self._authenticator, self.services.db, network, token, route)
        finally:
            # A refused caller is counted by address, so that tokens cannot be guessed at leisure
            if self._limited and (route.auth is not Auth.NONE or route.limit is not None):
                extra += rate_headers(await count(self.services.limits, route, actor, client_ip))
        call = Call(
            request,
            route,
            self.services,
            network,
            actor,
            origin=origin_of(network, scheme),
            client_ip=client_ip,
            request_id=request_id,
            token=token,
        )
        arguments: tuple[Any, ...] = (call,)
        if route.params is not None:
            raw = from_query(scope["query_string"])
            if data is None and method not in ("GET", "HEAD"):
                data = await from_body(request, upload_folder=self._upload_folder, max_body=route.max_body)
            if data:
                raw.update(data)
            raw.update(path_values)
            arguments = (call, to_struct(route.params, raw, path_values))
        response = await self._run(call, arguments)
        for name, value in call.extra_headers:
            response.headers.append(name, value)
        return response

    async def _run(self, call: Call, arguments: tuple[Any, ...]) -> Response:
        if not call.route.tx:
            return to_response(await call.route.handler(*arguments), call)
        async with self.services.db.tx(call.actor.scope) as tx:
            call._tx = tx
            return to_response(await call.route.handler(*arguments), call)

    async def _early_token(self, request: Request, route: Route) -> tuple[dict[str, Any] | None, str | None]:
        """(the body if it had to be read for it, the token): some clients send `access_token` as a form field."""
        token = bearer_token(request)
        if token is not None or route.auth is Auth.NONE or route.params is None:
            return None, token
        if request.method in ("GET", "HEAD") or not request.headers.get("content-type", "").startswith(FORM):
            return None, None
        data = await from_body(request, upload_folder=self._upload_folder, max_body=route.max_body)
        sent = data.get("access_token")
        return data, sent if isinstance(sent, str) and sent else None

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        request_id = secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            host, scheme, client_ip = self._front.look(socket)
            network = await self.tenants.find(host)
            route, _ = self._router.match("WEBSOCKET", scope["path"])
            token, subprotocol = socket_token(socket)
            actor = await check(self._authenticator, self.services.db, network, token, route)
            call = Call(
                socket,
                route,
                self.services,
                network,
                actor,
                origin=origin_of(network, scheme.replace("ws", "http")),
                client_ip=client_ip,
                request_id=request_id,
                token=token,
                subprotocol=subprotocol,
            )
        except Exception as error:
            await socket.send_denial_response(error_response(socket, error, request_id, self._classify))
            return
        await route.handler(socket, call)

    async def _live(self, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "lifespan.startup"
        try:
            async with (self._lifespan or _nothing)():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            log.error("start or stop failed", exc_info=error)
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def _missing(response: Response, extra: Headers) -> Headers:
    """The common headers that the handler did not set itself, and a content policy for pages."""
    present = {name for name, _ in response.raw_headers}
    added = [entry for entry in extra if entry[0] not in present]
    if b"content-security-policy" not in present:
        kind = next((value for name, value in response.raw_headers if name == b"content-type"), b"")
        if kind.startswith(b"text/html"):
            added.append((b"content-security-policy", CONTENT_POLICY))
    return added


def _capped(receive: Receive, most: int) -> Receive:
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


def _without_body(send: Send) -> Send:
    async def inner(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return inner


def _with_headers(send: Send, extra: Headers) -> Send:
    async def inner(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return inner
