"""Reading ahead in the quiet after a start, so that first readers need not wait for what was forgotten by stopping.

A process begins with nothing: PostgreSQL has planned nothing for its connections, no post and no face is kept, no
viewer's follows are known. Those who were here lately will come again, so their homes are read as they would read
them, and dropped. It steps aside for everybody, and after half a minute it is over.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from torg.access.bearer import TokenAuthenticator
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
TOGETHER = 32
"""Homes that are read by one transaction."""
SOUGHT = 96
"""People whose tokens are looked up by one: whoever comes meanwhile waits for it."""
LOOKS = 2
"""Transactions that it takes to know a network and who was there."""
SECONDS = 30.0
MOMENT = 0.25
"""Seconds that a start waits for it. Whoever came first would wait for nearly as long: for what all homes need."""
QUIET = 0.05
"""Seconds without anybody else's transaction before the next step."""


class ReadingAhead:
    """`run()` once, beside the server; ends by itself."""

    def __init__(self, app: App, services: Services, tokens: TokenAuthenticator) -> None:
        self._app = app
        self._services = services
        self._tokens = tokens
        self._own = 0
        self._known = asyncio.Event()
        self.read = 0
        """Homes that were read."""

    async def begun(self) -> None:
        """Until all is read that can be read in a moment, what all homes need first."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MOMENT):
                await self._known.wait()

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
        finally:
            self._known.set()

    async def _run(self) -> None:
        db = self._services.db
        self._own = db.asked
        async with db.system() as tx:
            networks = await orgs.some_networks(tx, MOST_NETWORKS)
        most = MOST_PEOPLE // max(1, len(networks))
        expected = [(network, await self._lately(network, most)) for network in networks]
        for network, people in expected:
            actors = await self._actors(network, people[:TOGETHER])
            # In two halves: what is read twice is planned by every new connection before it is given (engine/steady.py)
            for some in (actors[: TOGETHER // 2], actors[TOGETHER // 2 :]):
                await self._homes(network, some)
        # By the first of each network all is known that homes share; what is left is each viewer's own
        rest = [(network, people[at : at + SOUGHT]) for network, people in expected
                for at in range(TOGETHER, len(people), SOUGHT)]  # fmt: skip
        known = [(network, await self._actors(network, some)) for network, some in rest]
        for network, actors in known:
            for at in range(0, len(actors), TOGETHER):
                await self._homes(network, actors[at : at + TOGETHER])
        self._known.set()
        await self._quiet()
        await db.ready()

    async def _lately(self, network: Network, most: int) -> list[tuple[int, bool]]:
        """Accounts that were here lately, and whether that is noted for today."""
        await self._quiet()
        await self._services.networks.by_host(network.host)
        await self._services.door.look(network)
        async with self._services.db.tx(network.scope) as tx:
            people = await activity.lately(tx, most)
        self._own += LOOKS
        return list(people.items())

    async def _actors(self, network: Network, people: list[tuple[int, bool]]) -> list[Actor]:
        """As whom they call; their tokens are known from then on."""
        if not people:
            return []
        await self._quiet()
        self._own += 1
        return await self._tokens.expect(self._services.db, network, dict(people), MOST_TOKENS * len(people))

    async def _homes(self, network: Network, actors: list[Actor]) -> None:
        if actors:
            await self._quiet()
            self._own += await self._app.read_ahead(HOME, network, actors, MOST_ASKED)
            self.read += len(actors)

    async def _quiet(self) -> None:
        """Until nobody else has begun a transaction for a moment."""
        await asyncio.sleep(0)
        while (asked := self._services.db.asked) != self._own:
            self._own = asked
            await asyncio.sleep(QUIET)
