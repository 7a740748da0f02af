"""The real command in a process of its own: `python -m torg serve` on a free port and a data folder of the test's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil

from torg.cli.opening import opened
from torg.kernel.config import Settings
from torg.rehearsal import gauges
from torg.serve.services import Services

SOURCE = Path(__file__).parents[2] / "src"
PATIENCE = 120.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Served:
    """One installation. `start`, `kill`, `start` again: the data stays."""

    data: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    named: str = ""
    """The host name that clients ask for, where it is not this machine's own."""
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.data.parent / f"{self.data.name}.log"

    @property
    def host(self) -> str:
        """The host name of the demonstration's public network."""
        return self.named or f"localhost:{self.port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TORG_", "PYTEST_"))},
            **{name: value for name, value in os.environ.items() if name.startswith("TORG_TEST_UNSAFE")},
            "PYTHONPATH": str(SOURCE),
            "TORG_DATA": str(self.data),
            "TORG_BIND": f"127.0.0.1:{self.port}",
            "TORG_RATE_LIMITS": "off",
            **self.settings,
        }

    async def command(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command to its end: (exit status, stdout, stderr)."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "torg", *arguments,
            env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def start(self, *arguments: str) -> None:
        """Serve (`--demo` unless told otherwise) and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "torg", "serve", *(arguments or ("--demo",)),
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        async with httpx2.AsyncClient(timeout=10) as http:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                assert self.process.returncode is None, f"it ended: {self.said()}"
                try:
                    # "Log in as" (or the address) is said once all is there; the socket listens long before
                    if ("Log in as" in self.said() or "Torg serves on" in self.said()) and (
                        await http.get(f"{self.url}/health", headers={"host": self.host})
                    ).status_code < 500:
                        return
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError(f"it does not answer: {self.said()}")

    def said(self) -> str:
        return self.log.read_text("utf-8") if self.log.exists() else ""

    async def end(self, with_signal: int = signal.SIGTERM) -> int:
        """Stop it; SIGKILL leaves it no time for anything."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(with_signal)
        async with asyncio.timeout(PATIENCE):
            status = await self.process.wait()
        if self.log.exists():
            self.log.unlink()
        return status

    def kill_database(self) -> None:
        """SIGKILL for our own PostgreSQL and each of its processes at once: it has no time for anything either."""
        pid = gauges.postmaster(self.data)
        assert pid is not None
        postmaster = psutil.Process(pid)
        for process in (postmaster, *postmaster.children()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    async def tokens(self, *handles: str, scopes: str = "read write follow push") -> dict[str, str]:
        """An access token of each, by the command."""

        async def one(handle: str) -> str:
            status, out, err = await self.command(
                "token", "--network", self.host, "--handle", handle, "--scopes", scopes, "--json"
            )
            assert status == 0, err
            return str(json.loads(out)["access_token"])

        return {handle: await one(handle) for handle in handles}

    @asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        """The installation from within, beside the server."""
        url = self.settings.get("TORG_DATABASE_URL")
        async with opened(Settings(data=self.data, bind=f"127.0.0.1:{self.port}", database_url=url)) as services:
            yield services

    def processes(self) -> list[psutil.Process]:
        """Every process that has the data folder in its environment or command line, the database's included."""
        pointer = self.data / "postgres.folder"
        places = [str(self.data), *([pointer.read_text("utf-8").strip()] if pointer.exists() else [])]
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            words = " ".join(process.info["cmdline"] or [])
            ours = (process.info["environ"] or {}).get("TORG_DATA") == str(self.data)
            if process.pid != os.getpid() and (ours or any(place in words for place in places)):
                found.append(process)
        return [process for process in found if process.info["status"] != psutil.STATUS_ZOMBIE]

    async def gone(self) -> list[str]:
        """What is left of its processes after a while that is more than enough; empty is right."""
        until = time.monotonic() + 30
        while self.processes() and time.monotonic() < until:
            await asyncio.sleep(0.1)
        return [f"{one.pid} {one.info['cmdline']}" for one in self.processes()]

    def client(self, token: str | None = None, **options: Any) -> httpx2.AsyncClient:
        headers = {"host": self.host, **({"authorization": f"Bearer {token}"} if token else {})}
        return httpx2.AsyncClient(base_url=self.url, headers=headers, **{"timeout": 30, **options})


@asynccontextmanager
async def installation(data: Path, **settings: str) -> AsyncIterator[Served]:
    """An installation whose processes are ended whatever happens."""
    served = Served(data, settings=settings)
    try:
        yield served
    finally:
        if served.process is not None and served.process.returncode is None:
            await served.end()
