"""The ASGI app and everything that runs beside it in a process: relay, jobs, deliveries, the log's tail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from torg.access.bearer import TokenAuthenticator
from torg.delivery.courier import Courier
from torg.engine.garbage import Often
from torg.engine.relay import Relay
from torg.engine.worker import Worker
from torg.health.meter import METER
from torg.health.work import Recorder
from torg.http import App, Route, build_app
from torg.oauth import setup
from torg.serve.effects import EFFECTS
from torg.serve.jobs import HANDLERS, PERIODIC
from torg.serve.routes import collections
from torg.serve.services import Services
from torg.serve.surge import postponed
from torg.web import refusals

log = structlog.get_logger(__name__)

GRACE = 12.0
"""Seconds after which whoever has not ended is asked once more: longer than running jobs and requests are given."""
AGAIN = 1.0


def all_routes() -> list[Route]:
    """Every declared route: for the OpenAPI document and the contract tests."""
    return [route for one in collections() for route in one.records]


def make_app(services: Services, tokens: TokenAuthenticator | None = None) -> App:
    """The ASGI app over open services."""
    return build_app(
        collections(),
        services,
        authenticator=tokens or TokenAuthenticator(),
        networks=services.networks,
        upload_folder=services.uploads,
        doorman=services.door,
        usher=setup.lead_there,
        gate=services.gate,
        answered=METER.answered,
        read=METER.read,
        explain=refusals.told,
    )


def recorder(services: Services) -> Recorder:
    """Who writes down how this process is."""
    return Recorder(services.db, services.node, services.settings.data, services.hub.count)


@asynccontextmanager
async def background(services: Services, *, relay: bool = True, worker: bool = True) -> AsyncIterator[None]:
    """Run the relay, the jobs, the deliveries, the tail of the log and collections of garbage until the block ends."""
    tasks = [
        asyncio.create_task(Often().run(), name="garbage"),
        asyncio.create_task(services.bus.run(), name="bus"),
        asyncio.create_task(services.hub.run(), name="hub"),
        asyncio.create_task(recorder(services).run(), name="figures"),
        asyncio.create_task(services.surge.run(), name="surge"),
    ]
    if services.replica is not None:
        tasks.append(asyncio.create_task(services.replica.run(), name="replica"))
    if relay:
        moving = Relay(
            services.db,
            EFFECTS,
            services,
            postponed=postponed(services.surge),
            moved=services.bus.hand_over,
        )
        services.bus.leads = lambda: moving.leading
        tasks.append(asyncio.create_task(moving.run(), name="relay"))
    if worker:
        doing = Worker(services.db, HANDLERS, services, periodic=PERIODIC, held=services.surge.held_jobs)
        tasks.append(asyncio.create_task(doing.run(), name="worker"))
        tasks.append(asyncio.create_task(Courier(services).run(), name="courier"))
    try:
        yield
    finally:
        await _end(tasks)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Ask until all have ended: one request may be lost (engine/postgres.heed_cancelling), and a stop must not hang."""
    left = set(tasks)
    patience = GRACE
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=patience)
        patience = AGAIN
    await asyncio.gather(*tasks, return_exceptions=True)
