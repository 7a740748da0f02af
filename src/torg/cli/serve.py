"""`torg serve`: the whole of Torg in one process, on its own PostgreSQL unless told otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import re
import signal
import socket
import ssl
import sys
from collections.abc import MutableMapping
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import structlog
import uvicorn
import uvloop
from cyclopts import Parameter

from torg.cli import demo as demos
from torg.cli.opening import opened, say
from torg.cli.parent import end_with_parent
from torg.cli.setup import link
from torg.joining import setup as joining
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.orgs import store as orgs
from torg.serve.app import background, make_app
from torg.serve.services import Services

MOST_GREETED = 20
ROWS = re.compile(
    r"^(?:DETAIL|CONTEXT):.*?(?=\n\n(?:During handling|The above exception)|\Z)", re.MULTILINE | re.DOTALL
)
# The same in the repr of an error, which is one line; and the value in the first line of what it says.
REPR = re.compile(r"(\\n(?:DETAIL|CONTEXT):).*")
WORDS = re.compile(r"(invalid input (?:syntax|value) for [^:\n]{1,60}:).*")


def serve(*, demo: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Serve every network of this installation until stopped (Ctrl-C, SIGTERM).

    Parameters
    ----------
    demo
        Fill an empty installation with a cast to try it with, say whom to log in as, and end with the caller.
    """
    settings = load()
    if demo:
        end_with_parent()
    configure_logging(settings.log_level)
    if problem := tls_problem(settings):
        raise Misused(problem)
    listening = listen(settings)
    with listening, contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_serve(settings, listening, demo))


def listen(settings: Settings) -> socket.socket:
    """The listening socket, taken before anything else so that a port in use is said at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise Misused(_why(settings, error)) from error
    return listening


def _why(settings: Settings, error: OSError) -> str:
    free = f"127.0.0.1:{settings.port + 1 if settings.port < 65535 else 8000}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {settings.port} is taken by another program (perhaps a Torg that is already running). "
            f"Stop it, or choose another: TORG_BIND={free} make run"
        )
    if error.errno == errno.EACCES:
        return f"Port {settings.port} needs rights that this user lacks. Choose another: TORG_BIND={free}"
    return f"Torg cannot listen on {settings.bind}: {error.strerror}. Set TORG_BIND to an address of this machine."


async def _serve(settings: Settings, listening: socket.socket, demo: bool) -> None:
    async with opened(settings) as services:
        if demo:
            await demos.fill(services)
        config = uvicorn.Config(
            make_app(services),
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
            backlog=2048,
            ws="websockets-sansio",
            ws_max_size=65_536,
            ws_per_message_deflate=False,  # its state would cost each idle stream more than all the rest
            ssl_certfile=_text(settings.tls_cert),
            ssl_keyfile=_text(settings.tls_key),
            log_config=None,
        )
        server = Server(config, services)
        async with background(services):
            task = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn offers no event for it
                await asyncio.sleep(0.005)
            if server.started:
                await _greet(services, demo)
            await task


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


async def _greet(services: Services, demo: bool) -> None:
    """What to open, and what to do where there is nothing yet."""
    settings = services.settings
    async with services.db.system() as tx:
        networks = await orgs.some_networks(tx, MOST_GREETED)
    if demo:
        print(demos.greeting(settings, networks), flush=True)
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
    say(services.mail.where)


class _Quiet(logging.Filter):
    """Clients that leave during a WebSocket's refusal are no news (uvicorn tells each)."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "without completing handshake" not in record.getMessage()


def without_rows(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out what PostgreSQL says of the row that it refused (DETAIL, CONTEXT): it may be somebody's words."""
    for name, said in event.items():
        if isinstance(said, str) and name != "event":
            event[name] = WORDS.sub(r"\1 left out", REPR.sub(r"\1 left out", ROWS.sub("DETAIL: left out", said)))
    return event


def configure_logging(level: str) -> None:
    """One line per event on stderr; tracebacks without local variables, which may hold secrets."""
    number = getattr(logging, level.upper())
    line = "%(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format=line)
    logging.getLogger("uvicorn.error").addFilter(_Quiet())
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_rows,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def tls_problem(settings: Settings) -> str | None:
    """What is wrong with the certificate and key, if anything."""
    if settings.tls_cert is None:
        return None
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_cert, settings.tls_key)
    except (ssl.SSLError, OSError) as error:
        return f"TORG_TLS_CERT and TORG_TLS_KEY do not go together: {error}"
    return None
