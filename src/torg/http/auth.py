"""Who calls: the bearer token of a request, what the route demands of it, and the errors if it falls short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from torg.http.routes import Auth, Route
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, Invalid, Unauthorized

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

OUTSIDE_SCOPES = "This action is outside the authorized scopes"


class Authenticator(Protocol):
    """Given when the app is built; the access feature implements it."""

    async def authenticate(self, db: Any, network: Any, token: str | None) -> Actor:
        """The actor of a token in this network (None: the anonymous actor). Unauthorized if it is not valid."""
        ...


def bearer_token(connection: HTTPConnection) -> str | None:
    """The token of the Authorization header, or else of `access_token` in the query."""
    header: str = connection.headers.get("authorization", "")
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer" and value.strip():
        return value.strip()
    query: bytes = connection.scope["query_string"]
    if b"access_token=" in query:
        return next(iter(parse_qs(query.decode("latin-1")).get("access_token", ())), None)
    return None


def socket_token(connection: HTTPConnection) -> tuple[str | None, str | None]:
    """(token, subprotocol to answer with): browsers cannot set headers on a WebSocket, so they send it there."""
    token = bearer_token(connection)
    offered = connection.headers.get("sec-websocket-protocol", "").split(",")[0].strip()
    return (token, offered or None) if token else (offered or None, offered or None)


async def check(authenticator: Authenticator, db: Any, network: Any, token: str | None, route: Route) -> Actor:
    """The actor, if the route lets this token in. Unauthorized, Invalid or Forbidden if not.

    What is open to anyone (`optional`) is so where anybody may read only: elsewhere it takes an account (DESIGN §2).
    What takes a permission answers 403 also without a valid token (docs: methods/admin).
    """
    if route.permission is Permission.NONE:
        return await _admitted(authenticator, db, network, token, route)
    try:
        return await _admitted(authenticator, db, network, token, route)
    except Unauthorized as refused:
        raise Forbidden("This action is not allowed", log=str(refused)) from None


async def _admitted(authenticator: Authenticator, db: Any, network: Any, token: str | None, route: Route) -> Actor:
    if route.auth is Auth.NONE:
        token = None
    actor = await authenticator.authenticate(db, network, token)
    if token is None and route.auth in (Auth.APP, Auth.USER):
        raise Unauthorized("The access token is invalid")
    reads = route.auth is Auth.OPTIONAL or any(scope.startswith("read") for scope in route.scopes)
    if reads and route.auth is not Auth.NONE and actor.account_id is None and not network.is_public:
        raise Unauthorized("This method requires an authenticated user")
    scoped = token is not None and route.auth is not Auth.PUBLIC and route.scopes
    if scoped and not any(actor.granted(scope) for scope in route.scopes):
        raise Forbidden(OUTSIDE_SCOPES)
    if route.permission is not Permission.NONE and not actor.may(route.permission):
        raise Forbidden("This action is not allowed")
    if route.auth is Auth.USER and actor.account_id is None:
        raise Invalid("This method requires an authenticated user")
    return actor
