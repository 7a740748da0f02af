"""The ASGI app: host → route → token → limits → parameters → transaction → handler → answer, in one plain callable."""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from torg.engine.changes import changes
from torg.engine.replica import Replica
from torg.http import cors, openapi
from torg.http.ahead import ReadAhead
from torg.http.auth import Authenticator, bearer_token, check, socket_token
from torg.http.call import Call, Services
from torg.http.convert import to_struct
from torg.http.crowded import Crowded
from torg.http.errors import Classify, Explain, classify, error_response, plainly
from torg.http.limits import Limited, count, rate_headers
from torg.http.memory import Memory, Raw
from torg.http.negotiation import wants_activity
from torg.http.reader import from_body, from_query
from torg.http.request import Request
from torg.http.respond import to_response
from torg.http.router import Router
from torg.http.routes import Auth, Route, Routes
from torg.http.tenant import Front, NetworkLike, Networks, Nowhere, UnknownHost, find_network, origin_of
from torg.http.together import Answers, Asked
from torg.http.uploads import remove_uploads
from torg.http.wire import SECURITY, Headers, at_once, missing, with_headers, without_body
from torg.http.wire import request_id as new_request_id
from torg.kernel.actor import Actor, Permission
from torg.kernel.actor import Scope as TenantScope

log = structlog.get_logger("torg.http")

Lifespan = Callable[[], AbstractAsyncContextManager[None]]
Doorman = Callable[[Any, str], Awaitable[None]]
"""Given a network and an address, raises for whoever may not come in at all."""
Usher = Callable[[Any, Request], Awaitable[Response | None]]
"""Given the services and a request to a host that no network has, what to answer instead of 421."""
Gate = Callable[[Any, Actor, str, str, str], Awaitable[None]]
"""Given a network, who calls, from which address, the route's path and our origin: raises for whom policies refuse."""
Answered = Callable[[int, float], None]
"""Given the status of an answer and the seconds until it was ready."""
Read = Callable[[bool], None]
"""Told of each answer that may be remembered: whether it came from memory."""

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
    doorman: Doorman | None = None,
    gate: Gate | None = None,
    usher: Usher | None = None,
    answered: Answered | None = None,
    read: Read | None = None,
    explain: Explain = plainly,
) -> App:
    """Put the edges' routes together. A route that is declared twice shows here, odd types in `Route.resolve`."""
    return App(
        list(routes),
        services,
        authenticator,
        networks,
        lifespan,
        upload_folder,
        classify_error,
        doorman,
        gate,
        usher,
        answered,
        read,
        explain,
    )


class App:
    """The whole of HTTP. `routes` are all that were declared, for the OpenAPI document and for tests."""

    def __init__(
        self,
        collections: list[Routes],
        services: Services,
        authenticator: Authenticator,
        networks: Networks,
        lifespan: Lifespan | None,
        upload_folder: Path | None,
        classify_error: Classify,
        doorman: Doorman | None,
        gate: Gate | None,
        usher: Usher | None,
        answered: Answered | None,
        read: Read | None,
        explain: Explain = plainly,
    ) -> None:
        self.services = services
        self.routes: list[Route] = [route for one in collections for route in one.records]
        self.routes += openapi.route_of(self.routes).records
        self._mounts: list[tuple[str, ASGIApp]] = [mount for one in collections for mount in one.mounts]
        self._router = Router(self.routes)
        self._negotiated = {route.path for route in self.routes if route.activity}
        self._anywhere = {route.path for route in self.routes if route.any_host}
        self._authenticator = authenticator
        self._lifespan = lifespan
        self._classify = classify_error
        self._explain = explain
        self._upload_folder = upload_folder or Path(tempfile.gettempdir())
        self.limited = services.settings.rate_limits
        self._front = Front(services.settings.trusted_proxies, services.settings.scheme)
        self._networks = networks
        self._replica: Replica | None = getattr(services, "replica", None)
        self._doorman = doorman
        self._usher = usher
        self._gate = gate
        self.answered = answered
        self.read = read
        self._crowded = Crowded()
        alone = services.settings.nats_url is None
        self.memory = Memory(services.settings.remembered_mb * 1024 * 1024, alone=alone)
        self.ahead = ReadAhead(alone=alone)
        self.together = Answers(services.db)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        request_id = new_request_id()
        began = time.monotonic()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        extra: Headers = [*SECURITY, (b"x-request-id", request_id.encode())]
        if cors.is_open(path):
            extra += cors.OPEN_HEADERS
        for prefix, mounted in self._mounts:
            if path.startswith(prefix + "/"):
                inner = dict(scope, root_path=scope.get("root_path", "") + prefix)
                await mounted(inner, receive, with_headers(send, extra))
                return
        request = Request(scope, receive)
        try:
            response = await self._answer(request, extra, request_id)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - logged and answered by error_response
            if isinstance(error, Limited):
                extra += error.headers
            response = error_response(request, error, request_id, self._classify, self._explain)
        finally:
            remove_uploads(request)
        response.raw_headers.extend(missing(response, extra))
        raw: Raw | None = scope.get("torg.raw")
        # Taken out, for the call knows its request and the request its scope: a ring would wait for the collector
        call: Call | None = scope.pop("torg.call", None)
        if raw is not None and call is not None:
            self.memory.keep(raw, call, response)
            if self.read is not None and call.depends is not None:
                self.read(False)
        if self.answered is not None:
            self.answered(response.status_code, time.monotonic() - began)
        if not at_once(response, send, scope["method"]):
            await response(scope, receive, without_body(send) if scope["method"] == "HEAD" else send)

    async def _answer(self, request: Request, extra: Headers, request_id: str) -> Response:
        scope = request.scope
        method: str = scope["method"]
        if method == "OPTIONS" and (response := cors.preflight(request)) is not None:
            return response
        host, scheme, client_ip = self._front.look(request)
        network: NetworkLike | None = await self._networks.by_host(host) if host and "\0" not in host else None
        if network is None:
            if scope["path"] in self._anywhere:
                network = Nowhere(host)  # for what answers under any name
            elif self._usher is not None and (response := await self._usher(self.services, request)) is not None:
                return response
            else:
                raise UnknownHost(host[:253])
        if self._doorman is not None and not isinstance(network, Nowhere):
            await self._doorman(network, client_ip)
        activity = wants_activity(request.headers.get("accept", ""))
        route, path_values = self._router.match("GET" if method == "HEAD" else method, scope["path"], activity=activity)
        request.cap(route.max_body)
        token, data = bearer_token(request), None
        if token is None and route.auth is not Auth.NONE and route.params is not None:
            data, token = await self._token_of_body(request, route)
        actor = None
        try:
            actor = await check(self._authenticator, self.services.db, network, token, route)
            if self._gate is not None:
                await self._gate(network, actor, client_ip, route.path, origin_of(network, scheme))
        finally:
            # A refused caller is counted by address, so that tokens cannot be guessed at leisure
            if self.limited and (route.auth is not Auth.NONE or route.limit is not None):
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
            # Mastodon.py asks for familiar followers by GET with a JSON body
            json = request.headers.get("content-type", "").startswith("application/json")
            if data is None and (json or method not in ("GET", "HEAD")):
                data = await from_body(request, upload_folder=self._upload_folder, max_body=route.max_body)
            if data:
                raw.update(data)
            raw.update(path_values)
            arguments = (call, to_struct(route.params, raw, path_values))
        scope["torg.call"] = call
        if actor.account_id is None and token is None:
            return await self._crowded.answer(request, call.origin, partial(self._made, call, arguments))
        return await self._made(call, arguments)

    async def _made(self, call: Call, arguments: tuple[Any, ...]) -> Response:
        """The answer of the handler, with whatever headers it asked for."""
        method = call.request.method
        try:
            response = await self._run(call, arguments)
        finally:
            # Before the answer leaves, so that the caller's next request sees what this one did, wherever it lands
            if method not in ("GET", "HEAD") and call.actor.account_id is not None and not call.told:
                changes.acted(call.actor.account_id)
        if call.route.path in self._negotiated:
            response.headers.add_vary_header("Accept")
        for name, value in call.extra_headers:
            response.headers.append(name, value)
        return response

    def _run(self, call: Call, arguments: tuple[Any, ...]) -> Awaitable[Response]:
        if call.route.method == "GET" and (known := self.ahead.find(call, arguments[-1])) is not None:
            return _already(to_response(known, call))
        if call.route.together is not None:
            return self._with_others(call, arguments)
        return self._anew(call, arguments)

    async def _with_others(self, call: Call, arguments: tuple[Any, ...]) -> Response:
        found = await self.together.of(call, arguments[-1])
        return found if found is not None else await self._anew(call, arguments)

    async def _anew(self, call: Call, arguments: tuple[Any, ...]) -> Response:
        if not call.route.tx:
            return to_response(await call.route.handler(*arguments), call)
        if call.route.before is not None:
            call.prepared = await call.route.before(*arguments)
        # A moderator's methods see the whole network; what they show is theirs to decide
        scope = call.actor.scope if call.route.permission is Permission.NONE else call.actor.whole
        if call.route.replica and (response := await self._from_replica(call, arguments, scope)) is not None:
            return response
        async with self.services.db.tx(scope, steady=call.route.steady) as tx:
            call._tx = tx
            return to_response(await call.route.handler(*arguments), call)

    async def read_ahead(
        self, path: str, network: NetworkLike, actors: Sequence[Actor], query: Mapping[str, str]
    ) -> int:
        """Do what a GET of these actors would do, but for the answer: whatever it read is known from then on.

        `path`: as the route was declared, without parameters of its own. How many transactions it took.
        """
        route, values = self._router.match("GET", path, activity=False)
        scheme = self.services.settings.scheme
        scope: dict[str, Any] = {
            "type": "http", "method": "GET", "path": path, "query_string": urlencode(query).encode(), "headers": [],
            "client": None, "scheme": scheme, "server": None,
        }  # fmt: skip
        origin = origin_of(network, scheme)
        params = None if route.params is None else to_struct(route.params, dict(query), values)
        asked = [
            Asked(
                Call(
                    Request(scope, _empty), route, self.services, network, actor,
                    origin=origin, client_ip="", request_id="",
                ),
                params,
            )
            for actor in actors
        ]  # fmt: skip
        ticket, alone = changes.ticket(), asked
        if (together := route.together) is not None and (alike := [one for one in asked if together.alike(*one)]):
            answers = await self.together.read(alike)
            alone = [one for one in asked if one not in alike]
            for one, answer in zip(alike, answers, strict=True):
                if answer is None:
                    alone.append(one)
                else:
                    self.ahead.keep(one.call, answer, ticket)
        for call, _ in alone:
            ticket = changes.ticket()
            self.ahead.keep(call, await self._anew(call, (call,) if params is None else (call, params)), ticket)
        return len(alone) + (1 if alone is not asked else 0)

    async def _from_replica(self, call: Call, arguments: tuple[Any, ...], scope: TenantScope) -> Response | None:
        """The answer, if there is a replica that has all the caller must see. What fails there is asked of the primary.

        That goes for a 404, too: what others have just made may not be there yet.
        """
        replica = self._replica
        if replica is None or not replica.serves(call.actor.account_id):
            return None
        actor, headers = call.actor, len(call.extra_headers)
        try:
            async with replica.tx(scope, steady=call.route.steady) as tx:
                call._tx = tx
                return to_response(await call.route.handler(*arguments), call)
        except Exception as error:  # noqa: BLE001 - the primary's word is what counts
            replica.failed(error)
            call.actor = actor
            del call.extra_headers[headers:]
            return None

    async def _token_of_body(self, request: Request, route: Route) -> tuple[dict[str, Any] | None, str | None]:
        """(the body if it had to be read for it, the token): some clients send `access_token` as a form field."""
        if request.method in ("GET", "HEAD") or not request.headers.get("content-type", "").startswith(FORM):
            return None, None
        data = await from_body(request, upload_folder=self._upload_folder, max_body=route.max_body)
        sent = data.get("access_token")
        return data, sent if isinstance(sent, str) and sent else None

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        request_id = new_request_id()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            host, scheme, client_ip = self._front.look(socket)
            network = await find_network(self._networks, host)
            if self._doorman is not None:
                await self._doorman(network, client_ip)
            route, _ = self._router.match("WEBSOCKET", scope["path"])
            token, subprotocol = socket_token(socket)
            actor = await check(self._authenticator, self.services.db, network, token, route)
            origin = origin_of(network, scheme.replace("ws", "http"))
            if self._gate is not None:
                await self._gate(network, actor, client_ip, route.path, origin)
            call = Call(
                socket,
                route,
                self.services,
                network,
                actor,
                origin=origin,
                client_ip=client_ip,
                request_id=request_id,
                token=token,
                subprotocol=subprotocol,
            )
        except Exception as error:  # noqa: BLE001 - logged and answered by error_response
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


async def _already(response: Response) -> Response:
    return response


async def _empty() -> Message:
    """Nobody sends anything."""
    return {"type": "http.disconnect"}


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield
