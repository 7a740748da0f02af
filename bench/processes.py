"""Memory of a server's processes, and a scratch Torg to measure where no address is given."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

START_LIMIT = 60.0


@dataclass
class Server:
    """What is measured: an address, a token, its processes if they run here, and its start-up time if we saw it."""

    name: str
    url: str
    token: str
    pids: tuple[int, ...] = ()
    startup_s: float | None = None

    def memory(self) -> dict[str, float]:
        """MB of the processes and all their children: RSS counts shared pages each time, PSS once."""
        rss = pss = 0
        for pid in self.pids:
            top = psutil.Process(pid)
            for process in (top, *top.children(recursive=True)):
                used = process.memory_full_info()
                rss += used.rss
                pss += getattr(used, "pss", used.rss)
        return {"rss_mb": rss / 1e6, "pss_mb": pss / 1e6} if self.pids else {}


def _torg(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "torg", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"torg {' '.join(arguments)}: {done.stderr}")
    return done.stdout.strip()


@contextmanager
def scratch() -> Iterator[Server]:
    """A Torg of its own on a free port and a temporary folder. Timed is the start on a database that is there."""
    with tempfile.TemporaryDirectory(prefix="torg-bench-", ignore_cleanup_errors=True) as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        Path(folder).chmod(0o711)
        host = f"localhost:{port}"
        environment = {
            **os.environ,
            "TORG_DATA": str(Path(folder, "data")),
            "TORG_BIND": f"127.0.0.1:{port}",
            "TORG_RATE_LIMITS": "off",
        }
        _torg(environment, "org", "add", "Bench")
        _torg(environment, "network", "add", "--org", "Bench", "--kind", "public", "--host", host)
        _torg(
            environment, "person", "add", "--email", "bench@bench.example", "--handle", "bench", "--network", host,
            "--password", "square-and-market",
        )  # fmt: skip
        token = _torg(environment, "token", "--network", host, "--handle", "bench", "--scopes", "read write")
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "torg", "serve"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await(f"http://{host}/health", process)
            yield Server("torg", f"http://{host}", token.splitlines()[-1], (process.pid,), time.perf_counter() - start)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_LIMIT
    while True:
        try:
            if httpx2.get(url, timeout=2, trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            pass  # not listening yet
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit("the scratch Torg did not start")
        time.sleep(0.02)
