"""`torg serve --web N --workers M`: one parent that keeps the database, web processes, and processes for the work."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence

import uvloop

from torg.cli.serving import greet, serve_on
from torg.cli.supervisor import Post, Supervisor
from torg.delivery import actions as deliveries
from torg.engine import jobs, outbox
from torg.engine.bells import Bells
from torg.engine.limits_shared import SharedLimiter
from torg.engine.migrate import migrate
from torg.engine.server import Server
from torg.kernel.config import Settings
from torg.serve.app import background
from torg.serve.services import open_services


def run(settings: Settings, server: Server, listening: Sequence[socket.socket], workers: int, *, demo: bool) -> None:
    """Serve with a web process for each socket and so many workers, until told to stop; closes the server."""
    try:
        migrate(server.conninfo("torg_owner"))
        house = House(settings, server, workers, demo=demo)
        web = [Post(f"web {n}", house.web(one, greets=n == 1)) for n, one in enumerate(listening, 1)]
        work = [Post(f"worker {n}", house.worker(n - 1, greets=n == 1 and not web)) for n in range(1, workers + 1)]
        Supervisor([web, work], with_parent=demo).run()
    finally:
        server.close()


class House:
    """What the processes have in common, made before they are forked; `web` and `worker` give the life of one."""

    def __init__(self, settings: Settings, server: Server, workers: int, *, demo: bool) -> None:
        self._settings = settings
        self._conninfos = server.conninfo("torg_app"), server.conninfo("torg_system")
        self._demo = demo
        self._limits = SharedLimiter()
        self._bells = Bells((outbox.wake, jobs.wake, deliveries.wake), workers)

    def web(self, listening: socket.socket, *, greets: bool) -> Callable[[bool], None]:
        """Answers on the socket. The one that greets fills the demonstration, too, when it is first started."""

        async def serve(first: bool) -> None:
            self._bells.ring_from_here()
            async with open_services(self._settings, *self._conninfos, limits=self._limits) as services:
                demo, greeting = self._demo and greets and first, greets and first
                await serve_on(services, listening, demo=demo, greets=greeting, works=False)

        return lambda first: uvloop.run(serve(first))

    def worker(self, number: int, *, greets: bool) -> Callable[[bool], None]:
        """Relay (one of all leads, the others stand by), jobs and deliveries."""

        async def work(first: bool) -> None:
            loop, told = asyncio.get_running_loop(), asyncio.Event()
            for asked in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(asked, told.set)
            async with open_services(self._settings, *self._conninfos, limits=self._limits) as services:
                silence = self._bells.hear(number, loop)
                async with background(services):
                    if greets and first:
                        await greet(services, False)
                    await told.wait()
                silence()

        return lambda first: uvloop.run(work(first))
