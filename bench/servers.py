"""The servers that are compared: addresses, tokens, processes, and how each is started anew.

A starter is a program that prints one line of JSON when its server answers, {"url", "tokens", "pids", "startup_s"},
starts it anew for every further line on its standard input (and prints again), and ends with it. bench/torg.py and
bench/gotosocial.py are two.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from torg.rehearsal import gauges

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass
class Server:
    """One server. `restart` is None where it is somebody else's to start."""

    name: str
    url: str
    tokens: list[str]
    pids: list[int]
    startup_s: float | None = None
    starter: subprocess.Popen[str] | None = None
    core: int | None = None
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "http" or not ((parts.hostname or "").endswith("localhost") or parts.hostname in LOOPBACK):
            raise SystemExit(f"{self.url}: only http on this machine's own loopback is measured")
        self.port = parts.port or 80
        self.host = parts.netloc

    def processes(self) -> list[int]:
        return gauges.tree(self.pids)

    def pin(self) -> None:
        """Keep every process and thread of the server to its core; what they start later stays there, too."""
        if self.core is None:
            return
        for pid in self.processes():
            with contextlib.suppress(OSError):
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    os.sched_setaffinity(int(thread.name), {self.core})

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        return gauges.cpu_seconds(self.processes()) or 0.0

    def memory(self) -> float | None:
        return gauges.memory_mb(self.processes())

    def restart(self) -> bool:
        """Start anew on the data that it has; whether that can be done."""
        if self.starter is None or self.starter.stdin is None:
            return False
        self.starter.stdin.write("again\n")
        self.starter.stdin.flush()
        told = _told(self.starter)
        self.pids, self.startup_s = told["pids"], told.get("startup_s")
        self.pin()
        return True


def _told(starter: subprocess.Popen[str]) -> dict:  # type: ignore[type-arg]
    assert starter.stdout is not None
    line = starter.stdout.readline()
    if not line:
        raise SystemExit(f"{' '.join(map(str, starter.args))} ended without a server")  # type: ignore[union-attr]
    told: dict = json.loads(line)  # type: ignore[type-arg]
    return told


@contextmanager
def started(name: str, command: str, core: int | None) -> Iterator[Server]:
    """The server of a starter, until the block ends."""
    starter = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        told = _told(starter)
        server = Server(name, told["url"], told["tokens"], told["pids"], told.get("startup_s"), starter, core)
        server.pin()
        yield server
    finally:
        assert starter.stdin is not None
        with contextlib.suppress(OSError):
            starter.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            starter.wait(30)
        if starter.poll() is None:
            starter.terminate()
            starter.wait(10)


def free_cores() -> tuple[int | None, int | None]:
    """(the servers', the load's), None where there is one core alone or no way to choose."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[1]) if len(cores) > 1 else (None, None)


def settle(server: Server, most: float = 20.0) -> None:
    """Wait until the server has nothing left to do: less than a tenth of a core over a fifth of a second."""
    end = time.monotonic() + most
    while time.monotonic() < end:
        before = server.cpu()
        time.sleep(0.2)
        if server.cpu() - before < 0.02:
            return
