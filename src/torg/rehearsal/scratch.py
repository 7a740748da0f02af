"""The scratch copy: a folder, a PostgreSQL and a `torg serve` of its own, from which nothing leaves, gone at the end.

This installation is read and never written. What its settings say of the world outside (mail, bus, proxies) is not
taken over; TORG_OUTSIDE=off besides keeps every request, delivery and push inside.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from torg.engine import keeper
from torg.engine.embedded import Embedded
from torg.engine.migrate import migrate
from torg.engine.server import open_server
from torg.kernel.config import BY_NAME, PREFIX, Settings
from torg.kernel.errors import Misused, Unavailable
from torg.rehearsal import copying

TAKEN_OVER = ("postgres", "registration", "max_image_mb", "max_video_mb", "web", "workers")
START_LIMIT = 120.0
NAMED = "torg-rehearsal-"
MARK = "running"
Say = Callable[[str], None]


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder that PostgreSQL can reach, removed in the end."""
    made = Path(tempfile.mkdtemp(prefix=NAMED))
    made.chmod(0o711)  # as root, PostgreSQL runs as another user
    mark = os.open(made / MARK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(mark, fcntl.LOCK_EX)  # let go of when this process ends, however it ends
    try:
        yield made
    finally:
        os.close(mark)
        lock = made / "data" / "postgres" / "lock"
        if lock.exists():
            with keeper.locked(lock):  # the keeper holds it while the server ends
                pass
        shutil.rmtree(made, ignore_errors=True)


def left_behind() -> list[Path]:
    """Folders of rehearsals that were killed before they could remove them, as far as this user may look."""
    found = []
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{NAMED}*")):
        try:
            mark = os.open(path / MARK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        finally:
            os.close(mark)
        found.append(path)
    return found


@contextmanager
def database(settings: Settings, scratch: Path, *, empty: bool, say: Say) -> Iterator[Embedded]:
    """A server of its own with a copy of this installation's data, or with the mere tables."""
    server = Embedded.open(scratch / "data", choice=settings.postgres, say=say)
    try:
        migrate(server.conninfo("torg_owner"))
        if not empty and exists(settings):
            original = open_server(settings.data, settings.database_url, choice=settings.postgres, say=say)
            try:
                count = copying.copy(original.conninfo("torg_system"), server.conninfo("torg_owner"))
            finally:
                original.close()
            say(f"Copied {count} tables of this installation; it is not touched any more.")
        else:
            say("There is nothing to copy: the rehearsal has the load's own people alone.")
        yield server
    finally:
        server.close()


def exists(settings: Settings) -> bool:
    """Whether there is an installation to copy: looking must not make one."""
    if settings.database_url:
        return True
    return (settings.data / "postgres").is_dir() or (settings.data / "postgres.folder").exists()


def environment(settings: Settings, data: Path, port: int) -> dict[str, str]:
    """What the scratch server is started with: nothing of TORG_… but what is taken over on purpose."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    fields = {field.name for field in msgspec.structs.fields(Settings)}
    taken = {
        BY_NAME[name].variable: str(getattr(settings, name))
        for name in TAKEN_OVER
        if name in fields and getattr(settings, name) is not None
    }
    return {
        **kept,
        **taken,
        "TORG_DATA": str(data),
        "TORG_BIND": f"127.0.0.1:{port}",
        "TORG_RATE_LIMITS": "off",
        "TORG_OUTSIDE": "off",
        "TORG_LOG_LEVEL": "warning",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(
    settings: Settings, scratch: Path, port: int, more: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """`torg serve` on the copy, ready to answer. Its log is scratch/serve.log."""
    log = (scratch / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "torg", "serve", *more],
        env=environment(settings, scratch / "data", port),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
        start_new_session=True,
    )
    try:
        _await(process, port, scratch / "serve.log")
        yield process
    finally:
        log.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_LIMIT
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            probe.settimeout(5)
            probe.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if probe.recv(12).startswith(b"HTTP/1.1 200"):
                return
        if process.poll() is not None:
            raise Misused(f"The scratch server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
        if time.monotonic() > end:
            raise Unavailable(log="the scratch server did not answer")
        time.sleep(0.02)
