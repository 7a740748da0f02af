"""Answering on a socket: the HTTP server over open services, and what is said when it is up.

The demonstration is imported where it is asked for: it shows its progress with rich.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import signal
import socket
from pathlib import Path
from types import FrameType

import uvicorn
import uvloop

from torg.access.bearer import TokenAuthenticator
from torg.cli.opening import opened
from torg.cli.say import say
from torg.cli.setup import link
from torg.engine.server import Server as Engine
from torg.http.protocol import Protocol
from torg.http.sockets import Sockets
from torg.joining import setup as joining
from torg.kernel.config import Settings
from torg.orgs import store as orgs
from torg.serve.ahead import ReadingAhead
from torg.serve.app import background, make_app
from torg.serve.services import Services

MOST_GREETED = 20
KEEP_ALIVE = 75
"""Seconds for which a connection may rest. Longer than proxies and clients keep theirs, which are to be the ones that
close: a request that crosses our closing is lost."""


def run(settings: Settings, engine: Engine, listening: socket.socket, *, demo: bool) -> None:
    """Serve on the socket, all in this process, until told to stop; closes the engine."""

    async def serve() -> None:
        async with opened(settings, engine) as services:
            await serve_on(services, listening, demo=demo)

    uvloop.run(serve())


async def serve_on(
    services: Services, listening: socket.socket, *, demo: bool = False, greets: bool = True, works: bool = True
) -> None:
    """Answer on the socket until SIGTERM or Ctrl-C. `works`: whether relay, jobs and deliveries run here, too."""
    settings = services.settings
    if demo:
        gc.enable()
        await importlib.import_module("torg.cli.demo").fill(services)
    tokens = TokenAuthenticator()
    app = make_app(services, tokens)
    config = uvicorn.Config(
        app,
        http=Protocol,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEP_ALIVE,
        backlog=2048,
        ws=Sockets,
        ws_max_size=65_536,
        ws_per_message_deflate=False,  # its state would cost each idle stream more than all the rest
        ssl_certfile=_text(settings.tls_cert),
        ssl_keyfile=_text(settings.tls_key),
        log_config=None,
    )
    server = Server(config, services)
    ahead = ReadingAhead(app, services, tokens)
    reading = asyncio.create_task(ahead.run(), name="reading ahead")
    await ahead.begun()
    async with background(services, relay=works, worker=works):
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn offers no event for it
            await asyncio.sleep(0.005)
        gc.freeze()  # what is there by now stays: a collection need not look at it
        gc.enable()
        if server.started and greets:
            await greet(services, demo)
        await task
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


class Server(uvicorn.Server):
    """Ends the live streams when it is told to stop; otherwise it would wait for them, and they never end."""

    def __init__(self, config: uvicorn.Config, services: Services) -> None:
        super().__init__(config)
        self._services = services

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop politely, at the second Ctrl-C at once. uvicorn would raise the signal anew before all is closed."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._services.hub.close()
        await super().shutdown(sockets)


def _text(path: Path | None) -> str | None:
    return str(path) if path else None


async def greet(services: Services, demo: bool) -> None:
    """What to open, and what to do where there is nothing yet."""
    settings = services.settings
    async with services.db.system() as tx:
        networks = await orgs.some_networks(tx, MOST_GREETED)
    if demo:
        print(importlib.import_module("torg.cli.demo").greeting(settings, networks), flush=True)
        return
    print(f"Torg serves on {settings.scheme}://{settings.bind}", flush=True)
    if not networks:
        secret = await joining.new_secret_for(services.db)
        if secret is not None:
            say(f"There is no organisation yet. Set one up: {link(settings, secret)}")
        say(
            'There is no network yet. Make both faces: torg org add "Acme" '
            f"--host localhost:{settings.port} --admin-email you@acme.example"
        )
    for network in networks:
        print(f"  {network.kind:8} {settings.scheme}://{network.host}", flush=True)
    say((await services.mail.way()).words)
