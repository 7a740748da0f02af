"""Reading ahead in the quiet after a start, so that first readers need not wait for what was forgotten by stopping.

A process begins with nothing: PostgreSQL has planned nothing for its connections, no post and no face is kept, no
viewer's follows are known. Those who were here lately will come again, so their homes are read as they would read
them, and dropped. It steps aside for everybody, and after half a minute it is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import structlog

from torg.access.tokens import TokenAuthenticator
from torg.accounts import activity
from torg.engine.postgres import DatabaseError
from torg.http import App
from torg.kernel.actor import Actor
from torg.kernel.errors import TorgError
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.serve.services import Services

log = structlog.get_logger(__name__)

HOME = "/api/v1/timelines/home"
MOST_ASKED = {"limit": "40"}
"""The longest page that may be asked for: shorter ones are its beginning."""
MOST_NETWORKS = 16
MOST_PEOPLE = 500
"""Whose homes are read ahead, of all networks together: a second or two of processor time."""
MOST_TOKENS = 4
"""Tokens that are looked at for each of them."""
TWICE = 2
"""Homes that are read besides before other connections plan what is read again and again."""
SECONDS = 30.0
QUIET = 0.05
"""Seconds without anybody else's transaction before the next step."""


class ReadingAhead:
    """`run()` once, beside the server; ends by itself."""

    def __init__(self, app: App, services: Services, tokens: TokenAuthenticator) -> None:
        self._app = app
        self._services = services
        self._tokens = tokens
        self._own = 0
        self.read = 0
        """Homes that were read."""

    async def run(self) -> None:
        """Until all is read or the time is over. What goes wrong is left to those who read for themselves."""
        try:
            async with asyncio.timeout(SECONDS):
                await self._run()
        except TimeoutError:
            log.info("reading ahead gave up, since others were reading", homes=self.read)
        except (TorgError, DatabaseError) as error:
            log.warning("reading ahead failed", error=str(error))
        else:
            log.info("read ahead", homes=self.read)

    async def _run(self) -> None:
        db = self._services.db
        async with db.system() as tx:
            networks = await orgs.some_networks(tx, MOST_NETWORKS)
        homes = [one async for one in self._expected(networks)]
        first = {network.id: (network, actor) for network, actor in reversed(homes)}
        for network, actor in first.values():
            await self._home(network, actor)
        rest = [(network, actor) for network, actor in homes if first[network.id][1] is not actor]
        for network, actor in rest[:TWICE]:
            await self._home(network, actor)
        await self._quiet()
        await db.ready()
        self._own = db.asked
        for network, actor in rest[TWICE:]:
            await self._home(network, actor)

    async def _expected(self, networks: list[Network]) -> AsyncIterator[tuple[Network, Actor]]:
        db, most = self._services.db, MOST_PEOPLE // max(1, len(networks))
        for network in networks:
            await self._quiet()
            await self._services.networks.by_host(network.host)
            async with db.tx(network.scope) as tx:
                people = await activity.lately(tx, most)
            actors = await self._tokens.expect(db, network, people, MOST_TOKENS * most) if people else []
            self._own = db.asked
            for actor in actors:
                yield network, actor

    async def _home(self, network: Network, actor: Actor) -> None:
        await self._quiet()
        await self._app.read_ahead(HOME, network, actor, MOST_ASKED)
        self._own += 1
        self.read += 1

    async def _quiet(self) -> None:
        """Until nobody else has begun a transaction for a moment."""
        await asyncio.sleep(0)
        while (asked := self._services.db.asked) != self._own:
            self._own = asked
            await asyncio.sleep(QUIET)
