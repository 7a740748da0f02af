"""`python -m bench.idle_streams`: what an idle stream takes in memory, beyond what the HTTP server itself takes for it.

By turns a scratch Torg and a bare uvicorn with the same libraries and options whose application accepts a WebSocket (or
begins an event stream) and waits. What counts is by how much the process grows from the first thousand connections to
the last; the first ones warm up what is there once. Exits with 1 when Torg takes more than `--most` bytes beyond.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from bench.ears import Ears, upgrade
from bench.servers import Server, settle, started
from torg.engine.descriptors import allow_many
from torg.rehearsal import scratch

FIRST = 1000
SOCKET, EVENTS = "/api/v1/streaming?stream=user", "/api/v1/streaming/user"


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The least that a stream can be as an ASGI application."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
    else:
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b":)\n", "more_body": True})
    while "disconnect" not in (await receive())["type"]:
        pass


def serve_bare(port: int) -> None:
    """As cli/serving.py does, without anything of ours."""
    allow_many()
    config = uvicorn.Config(
        bare, port=port, log_level="warning", access_log=False, proxy_headers=False, server_header=False,
        lifespan="off", backlog=2048, ws="websockets-sansio", ws_max_size=65_536, ws_per_message_deflate=False,
    )  # fmt: skip
    uvloop.run(uvicorn.Server(config).serve())


@contextmanager
def bare_server() -> Iterator[Server]:
    port = scratch.free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.idle_streams", "--bare", str(port)])
    try:
        for _ in range(500):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        yield Server("bare", f"http://localhost:{port}", [""], [process.pid])
    finally:
        process.terminate()
        process.wait(10)


def request(server: Server, kind: str, token: str) -> bytes:
    if kind == "socket":
        return upgrade(server.host, SOCKET, token)
    head = f"GET {EVENTS} HTTP/1.1\r\nHost: {server.host}\r\n"
    return (head + (f"Authorization: Bearer {token}\r\n" if token else "") + "\r\n").encode()


def resident(pid: int) -> int:
    """Bytes that the process has in memory and shares with nobody."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return sum(int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("Private_"))


def each(server: Server, kind: str, streams: int) -> float:
    """Bytes for each of the streams after the first."""
    pid = server.pids[0]
    tokens = server.tokens
    early = Ears(server.port, [request(server, kind, tokens[n % len(tokens)]) for n in range(FIRST)])
    time.sleep(1)
    settle(server)
    before = resident(pid)
    later = Ears(server.port, [request(server, kind, tokens[n % len(tokens)]) for n in range(streams)])
    time.sleep(1)
    settle(server)
    grown = resident(pid) - before
    early.close()
    later.close()
    time.sleep(1)
    return grown / streams


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.idle_streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=4000, help="at most 20,000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=int, default=1024, help="bytes beyond the bare server's that are allowed")
    parser.add_argument("--bare", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        serve_bare(given.bare)
        return
    allow_many()
    streams, failed = max(100, min(given.streams, 20_000)), False
    for kind in ("socket", "events"):
        found: dict[str, list[float]] = {"torg": [], "bare": []}
        for _ in range(max(1, min(given.rounds, 10))):
            # Each round on new processes: what a stream gives back is not given back to the system
            with started("torg", f"{sys.executable} -m bench.torg", None) as server:
                found["torg"].append(each(server, kind, streams))
            with bare_server() as server:
                found["bare"].append(each(server, kind, streams))
        ours, theirs = (statistics.median(found[name]) for name in ("torg", "bare"))
        failed = failed or ours - theirs > given.most
        sys.stdout.write(f"{kind}: {ours:,.0f} bytes a stream, {theirs:,.0f} on a bare server: {ours - theirs:+,.0f}\n")
        sys.stderr.write(f"rounds: {[[round(value) for value in values] for values in found.values()]}\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
