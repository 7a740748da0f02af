"""Who calls: the bearer token of a request, what the route demands of it, and the errors if it falls short."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from torg.http.routes import Auth, Route
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, Invalid, Unauthorized

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

NONE, PUBLIC, OPTIONAL, APP, USER = Auth.NONE, Auth.PUBLIC, Auth.OPTIONAL, Auth.APP, Auth.USER
NO_PERMISSION = Permission.NONE
"""By names of this module, since Python 3.11 takes longer to look up a member of an Enum than to call a function."""

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


def check(authenticator: Authenticator, db: Any, network: Any, token: str | None, route: Route) -> Awaitable[Actor]:
    """The actor, if the route lets this token in. Unauthorized, Invalid or Forbidden if not.

    What is open to anyone (`optional`) is so where anybody may read only: elsewhere it takes an account (DESIGN §2).
    What takes a permission answers 403 also without a valid token (docs: methods/admin).
    """
    asked = _admitted(authenticator, db, network, token, route)
    return asked if route.permission is NO_PERMISSION else _or_forbidden(asked)


async def _or_forbidden(asked: Awaitable[Actor]) -> Actor:
    try:
        return await asked
    except Unauthorized as refused:
        raise Forbidden("This action is not allowed", log=str(refused)) from None


async def _admitted(authenticator: Authenticator, db: Any, network: Any, token: str | None, route: Route) -> Actor:
    auth, scopes = route.auth, route.scopes
    if auth is NONE:
        token = None
    actor = await authenticator.authenticate(db, network, token)
    if token is None and (auth is APP or auth is USER):
        raise Unauthorized("The access token is invalid")
    if actor.account_id is None and not network.is_public and auth is not NONE and _reads(route):
        raise Unauthorized("This method requires an authenticated user")
    if token is not None and scopes and auth is not PUBLIC and not any(map(actor.granted, scopes)):
        raise Forbidden(OUTSIDE_SCOPES)
    if route.permission is not NO_PERMISSION and not actor.may(route.permission):
        raise Forbidden("This action is not allowed")
    if auth is USER and actor.account_id is None:
        raise Invalid("This method requires an authenticated user")
    return actor


def _reads(route: Route) -> bool:
    return route.auth is OPTIONAL or any(scope.startswith("read") for scope in route.scopes)
