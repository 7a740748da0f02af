"""A line to one host, for a sender that has much to bring: POSTs over few kept connections of its own.

A third of the processor time of `Fetcher.post`, and nothing shared: whoever keeps us waiting takes no other host's
place. The same checks as any other request (exchange.py); besides that module the only importer of httpcore2.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import httpcore2

from torg.engine.exchange import Exchange, Refused, Resolver
from torg.engine.fetched import Fetched, FetchFailed, FetchRefused

KEPT_SECONDS = 15.0
TARGETS_KEPT = 64


class Line:
    """Made by `Fetcher.line`; close it in the end. It keeps to the first address's host only by its user's will."""

    def __init__(
        self, exchange: Exchange, pool: httpcore2.AsyncConnectionPool, agent: Callable[[str | None], str]
    ) -> None:
        self._exchange = exchange
        self._pool = pool
        self._agent = agent
        self._targets: dict[str, str] = {}

    def target(self, url: str) -> str:
        """The address as it is called and signed. FetchRefused for what is never called."""
        known = self._targets.get(url)
        if known is None:
            if len(self._targets) >= TARGETS_KEPT:
                self._targets.clear()
            known = self._targets[url] = str(self._exchange.target(url))
        return known

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout: float,
        connect: float,
        max_bytes: int,
        origin: str | None = None,
    ) -> Fetched:
        """POST to what `target` gave. `timeout`: seconds for everything; `connect`: for the connection alone.

        The answer's body is cut at `max_bytes`. `origin`: in whose name (User-Agent). Raises FetchRefused, FetchFailed.
        """
        address = httpcore2.URL(url)
        default = {b"http": 80, b"https": 443}.get(address.scheme)
        host = address.host if address.port in (None, default) else b"%b:%d" % (address.host, address.port)
        fields = [
            (b"host", host),
            (b"user-agent", self._agent(origin).encode()),
            (b"content-length", b"%d" % len(body)),
            *((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()),
        ]
        patience = {"timeout": {"connect": connect, "read": timeout, "write": timeout, "pool": timeout}}
        try:
            async with asyncio.timeout(timeout):
                return await self._send(url, address, fields, body, patience, max_bytes)
        except TimeoutError as slow:
            raise FetchFailed(url, f"took more than {timeout:g} s") from slow
        except Refused as refused:
            raise FetchRefused(url, str(refused)) from refused
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as silent:
            raise FetchFailed(url, f"no connection ({str(silent) or 'timed out'})", unreachable=True) from silent
        except httpcore2.TimeoutException as slow:
            raise FetchFailed(url, f"timed out ({type(slow).__name__})") from slow
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ConnectionNotAvailable) as broken:
            raise FetchFailed(url, f"broken off ({str(broken) or type(broken).__name__})") from broken
        except (OSError, ValueError) as broken:
            raise FetchFailed(url, f"unreadable answer ({str(broken) or type(broken).__name__})") from broken

    async def _send(
        self,
        url: str,
        address: httpcore2.URL,
        fields: list[tuple[bytes, bytes]],
        body: bytes,
        patience: dict[str, dict[str, float]],
        max_bytes: int,
    ) -> Fetched:
        async with self._pool.stream("POST", address, headers=fields, content=body, extensions=patience) as answer:
            parts: list[bytes] = []
            size = 0
            async for part in answer.aiter_stream():
                parts.append(part)
                size += len(part)
                if size > max_bytes:
                    break
            return Fetched(
                url=url,
                status=answer.status,
                headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers},
                body=b"".join(parts)[:max_bytes],
                cut=size > max_bytes,
            )

    async def aclose(self) -> None:
        """Close its connections."""
        await self._pool.aclose()


def open_line(exchange: Exchange, width: int, agent: Callable[[str | None], str], resolve: Resolver | None) -> Line:
    """At most `width` connections at a time. `resolve`: threads for this line's look-ups instead of the usual ones."""
    pool = httpcore2.AsyncConnectionPool(
        ssl_context=exchange.tls,
        max_connections=width,
        keepalive_expiry=KEPT_SECONDS,
        network_backend=exchange.backend(resolve),
    )
    return Line(exchange, pool, agent)
