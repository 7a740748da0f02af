"""Hundreds of WebSockets in one thread that cost the load little: 5 µs of processor time for each that is written to.

A protocol object for each (torg/rehearsal/listening.py) takes 25 to 30 µs, so that 500 of them would be slower than a
server that writes to all in 5 ms, and the load's own core would be what is measured.
"""

from __future__ import annotations

import base64
import os
import select
import socket
import time
from collections.abc import Sequence

AT_ONCE = 50
TAIL = 64
NAP = 0.0002


class Ears:
    """So many sockets on a server of this machine, each opened by its own request."""

    def __init__(self, port: int, requests: Sequence[bytes], patience: float = 60.0) -> None:
        self._port = port
        self._poll = select.epoll()
        self._open: dict[int, socket.socket] = {}
        self._buffer = bytearray(1 << 18)
        self._tails: dict[int, bytes] = {}
        for first in range(0, len(requests), AT_ONCE):
            self._begin(requests[first : first + AT_ONCE], patience)

    def _begin(self, requests: Sequence[bytes], patience: float) -> None:
        new = []
        for request in requests:
            one = socket.create_connection(("127.0.0.1", self._port), patience)
            one.sendall(request)
            new.append(one)
        for one in new:
            head = b""
            while b"\r\n\r\n" not in head:
                said = one.recv(65_536)
                if not said:
                    break
                head += said
            if not head.startswith((b"HTTP/1.1 101", b"HTTP/1.1 200")):
                raise RuntimeError(f"a stream was not opened: {head[:200]!r}")
            one.setblocking(False)
            self._open[one.fileno()] = one
            self._poll.register(one.fileno(), select.EPOLLIN)

    def __len__(self) -> int:
        return len(self._open)

    def until_all_have(self, mark: bytes, patience: float) -> bool:
        """Read until the mark has come to every socket; whether it did in so many seconds. Nothing else runs."""
        lacking = set(self._open)
        buffer, tails, sockets = self._buffer, self._tails, self._open
        end = time.perf_counter() + patience
        while lacking:
            events = self._poll.poll(0, 512)
            if not events:
                if time.perf_counter() > end:
                    return False
                time.sleep(NAP)
            for number, _ in events:
                size = sockets[number].recv_into(buffer)
                if not size:
                    raise RuntimeError("the server has closed a WebSocket")
                if buffer.find(mark, 0, size) >= 0:
                    lacking.discard(number)
                    tails.pop(number, None)
                elif number in lacking:  # it may be divided
                    tail = tails.get(number, b"") + buffer[:size][-TAIL:]
                    if mark in tail or mark in tails.get(number, b"") + buffer[:TAIL]:
                        lacking.discard(number)
                    tails[number] = tail[-TAIL:]
        return True

    def close(self) -> None:
        for one in self._open.values():
            one.close()
        self._poll.close()
        self._open.clear()


def upgrade(host: str, path: str, token: str = "") -> bytes:
    """The request that opens a WebSocket (RFC 6455 §4.1)."""
    key = base64.b64encode(os.urandom(16)).decode()
    asked = f"{path}&access_token={token}" if token else path
    return (
        f"GET {asked} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()
