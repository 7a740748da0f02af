"""What a handler is given: the request, who asks, in which network, and the open transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from torg.engine.changes import NOBODY
from torg.http.depends import Depends, Growing
from torg.kernel.errors import Invalid

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request

    from torg.engine.keys import Key
    from torg.engine.limits import Limiter
    from torg.engine.postgres import Database, Tx
    from torg.http.routes import Route
    from torg.http.tenant import NetworkLike
    from torg.kernel.actor import Actor
    from torg.kernel.config import Settings


class Services(Protocol):
    """The least that the kit needs; the container in serve/ has more, which handlers reach through the Call."""

    db: Database
    settings: Settings
    limits: Limiter


class Call:
    """One request on its way through a handler. `actor` may be replaced by an edge with its own login."""

    __slots__ = (
        "_tx",
        "actor",
        "client_ip",
        "connection",
        "depends",
        "extra_headers",
        "network",
        "origin",
        "prepared",
        "request_id",
        "route",
        "services",
        "subprotocol",
        "token",
        "told",
    )

    def __init__(
        self,
        connection: HTTPConnection,
        route: Route,
        services: Services,
        network: NetworkLike,
        actor: Actor,
        *,
        origin: str,
        client_ip: str,
        request_id: str,
        token: str | None = None,
        subprotocol: str | None = None,
    ) -> None:
        self.connection = connection
        self.route = route
        # The real container and Network live above and beside the kit, which knows only the least of them
        self.services: Any = services
        self.network: Any = network
        self.actor = actor
        self.origin = origin
        self.client_ip = client_ip
        self.request_id = request_id
        self.token = token
        self.subprotocol = subprotocol
        self.extra_headers: list[tuple[str, str]] = []
        self.prepared: Any = None
        self.depends: Depends | None = None
        self.told = False
        """Whether all that the caller's own answers show of this request is told by its events and tables."""
        self._tx: Tx | None = None

    @property
    def request(self) -> Request:
        """The Starlette request (its body is capped by the route's `max_body`)."""
        return self.connection  # type: ignore[return-value]

    @property
    def tx(self) -> Tx:
        """The request's transaction, committed when the handler returns, rolled back when it raises."""
        if self._tx is None:
            raise RuntimeError(f"{self.route.method} {self.route.path} is declared with tx=False: use call.db.tx()")
        return self._tx

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """`call.tx` while the block lasts, for a handler declared with tx=False that needs one after all."""
        async with self.db.tx(self.actor.scope) as tx:
            self._tx = tx
            try:
                yield
            finally:
                self._tx = None

    async def done(self) -> None:
        """The verb is done: commit it; what is left, reading the answer, has a transaction of its own."""
        await self.tx.renew()

    def remember(
        self,
        keys: Iterable[Key] = (),
        *,
        follows: Mapping[int, Any] = NOBODY,
        until: datetime | None = None,
        growing: Growing | None = None,
    ) -> None:
        """This answer may be given again until what it shows, the caller, the network or one of the keys is touched.

        What stands in it with an id counts by itself. `follows`: accounts and groups whose posts belong into it, as the
        keys of a dict that is never changed. `until`: when it changes by the clock. `growing`: the page that is
        answered, which knows by itself what changes it.
        """
        if self.depends is None:
            self.depends = Depends()
        self.depends.keys.update(keys)
        self.depends.follows = follows or self.depends.follows
        if until is not None:
            self.depends.until.append(until.timestamp())
        if growing is not None:
            self.depends.growing = growing

    @property
    def db(self) -> Database:
        db: Database = self.services.db
        return db

    @property
    def settings(self) -> Settings:
        settings: Settings = self.services.settings
        return settings

    @property
    def me(self) -> int:
        """The caller's own account id; 422 for an anonymous caller or an app by itself."""
        if self.actor.account_id is None:
            raise Invalid("This method requires an authenticated user")
        return self.actor.account_id

    def header(self, name: str, value: str) -> None:
        """Add a header to the answer, whatever form the handler returns it in."""
        self.extra_headers.append((name, value))
