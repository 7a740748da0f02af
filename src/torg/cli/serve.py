"""`torg serve`: the whole of Torg in one process, on its own PostgreSQL unless told otherwise.

What is served is imported while PostgreSQL starts (`_with_engine`), so this module imports none of it.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import logging
import re
import socket
import ssl
import sys
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from torg.cli.parent import end_with_parent
from torg.cli.say import say
from torg.engine.descriptors import allow_many
from torg.engine.server import Server, open_server
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused

ROWS = re.compile(
    r"^(?:DETAIL|CONTEXT):.*?(?=\n\n(?:During handling|The above exception)|\Z)", re.MULTILINE | re.DOTALL
)
# The same in the repr of an error, which is one line; and the value in the first line of what it says.
REPR = re.compile(r"(\\n(?:DETAIL|CONTEXT):).*")
WORDS = re.compile(r"(invalid input (?:syntax|value) for [^:\n]{1,60}:).*")


def serve(*, demo: bool = False, web: int | None = None, workers: int | None = None) -> None:
    """Serve until stopped; `web`, `workers`: in so many processes (`serve_command.py`)."""
    settings = load()
    several = web is not None or workers is not None
    web, workers = web or 0, (1 if workers is None else workers)
    if several and web + workers == 0:
        raise Misused("There is nothing to run: give --web or --workers a number above 0.")
    if demo and not several:
        end_with_parent()
    configure_logging(settings.log_level)
    if problem := tls_problem(settings):
        raise Misused(problem)
    allow_many()
    with contextlib.ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
        if several:
            sockets = [stack.enter_context(one) for one in listen_for(settings, web)]
            serving, server = _with_engine(settings, "torg.cli.processes")
            serving.run(settings, server, sockets, workers, demo=demo)
        else:
            listening = stack.enter_context(listen(settings))
            serving, server = _with_engine(settings, "torg.cli.serving")
            serving.run(settings, server, listening, demo=demo)


def _with_engine(settings: Settings, module: str) -> tuple[Any, Server]:
    """The module that serves, imported while the engine starts, and the server; whoever gets it closes it.

    Without collecting garbage, of which imports make little, but they make much to look at: that took an eighth of the
    time. Whoever serves begins again with it.
    """
    gc.disable()
    with ThreadPoolExecutor(1, "engine") as aside:
        starting = aside.submit(
            open_server, settings.data, settings.database_url, choice=settings.postgres, say=say
        )
        return importlib.import_module(module), starting.result()


def listen(settings: Settings, *, shared: bool = False) -> socket.socket:
    """The listening socket, taken before anything else so that a port in use is said at once.

    `shared`: one of several on the same port, among which the kernel divides connections.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise Misused(_why(settings, error)) from error
    return listening


def listen_for(settings: Settings, web: int) -> list[socket.socket]:
    """A socket for each web process, all on one port.

    On one inherited socket whoever is awake takes what there is: of 200 connections at once 21 and 179, with
    SO_REUSEPORT 94 and 106. A first one without it finds out whether another program has the port.
    """
    if not web:
        return []
    if not sys.platform.startswith("linux"):  # elsewhere the last socket gets all
        one = listen(settings)
        return [one, *(one.dup() for _ in range(web - 1))]
    listen(settings).close()
    return [listen(settings, shared=True) for _ in range(web)]


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
