"""Requests to the web at large, for addresses that strangers chose: link cards, push endpoints, other servers.

Public addresses only, ports 80 and 443 (TORG_FETCH_ALLOW opens ranges, with every port), redirects followed by hand
and checked like the first address, caps on time, size and headers, few requests per host at a time.
"""

from __future__ import annotations

import asyncio
import importlib
import socket
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from torg.engine.addresses import Range, parse_ranges
from torg.engine.fetched import Fetched, FetchError, FetchFailed, FetchRefused, FetchTooLarge
from torg.engine.lanes import Lanes, retry_after

if TYPE_CHECKING:
    import httpx2

    from torg.engine.exchange import Exchange, Resolver
    from torg.engine.line import Line

__all__ = ["FetchError", "FetchFailed", "FetchRefused", "FetchTooLarge", "Fetched", "Fetcher", "Sign"]

MIB = 1024 * 1024
REDIRECTS = 3
PER_HOST = 4
CONNECTIONS = 200
# Headers that speak for us to one server only and must not follow a redirect to another.
_PRIVATE = frozenset({"authorization", "cookie", "signature", "signature-input", "digest", "content-digest"})

Sign = Callable[[str, str, Mapping[str, str], bytes], Mapping[str, str]]
"""`(method, url, headers, body) → further headers`, called anew for each hop: a signed GET may be redirected."""


async def nowhere(host: str, port: int) -> list[str]:
    """A resolver that knows no address: with TORG_OUTSIDE=off nothing is called, whoever asks."""
    raise OSError("nothing leaves this installation: TORG_OUTSIDE is off")


class _Caps(msgspec.Struct, frozen=True):
    max_bytes: int
    cut: bool
    insist: bool
    origin: str | None
    into: Path | None = None


async def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of a name as the system gives them (hosts file, DNS, whatever is set up)."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """The one way out. Make one per process, close it at the end.

    `origin`: our own address for the User-Agent, `https://acme.example`. `allow`: ranges opened besides the public
    ones (TORG_FETCH_ALLOW). `ca_file`: authorities trusted besides the system's (TORG_CA_FILE).
    `outside`: False lets nothing out, to no address at all (TORG_OUTSIDE).
    """

    def __init__(
        self,
        *,
        origin: str = "",
        allow: Iterable[str | Range] = (),
        ca_file: Path | None = None,
        resolve: Resolver = system_resolver,
        version: str = "0.1",
        outside: bool = True,
    ) -> None:
        self._origin = origin
        self._allow = parse_ranges(allow)
        self._ca_file = ca_file
        self._outside = outside
        self._resolve = resolve if outside else nowhere
        self._version = version
        self._lanes = Lanes(PER_HOST)
        self._exchange: Exchange | None = None
        self._opening = asyncio.Lock()

    async def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        max_bytes: int = MIB,
        timeout: float = 10.0,
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
        redirects: int = REDIRECTS,
        cut: bool = False,
        origin: str | None = None,
        insist: bool = False,
        into: Path | None = None,
    ) -> Fetched:
        """GET with at most `redirects` redirects; the answer is returned whatever its status.

        `timeout`: seconds for everything, redirects included. `max_bytes`: of the body, decoded; with `cut` a longer
        one is cut there instead of refused. `origin`: in whose name (User-Agent). `insist`: also while the host rests.
        `into`: a file that takes the body of a 2xx, so that a film need not be held in memory.
        Raises FetchRefused or FetchFailed.
        """
        wanted = {"accept": accept, **_lowered(headers)}
        caps = _Caps(max_bytes, cut, insist, origin, into)
        return await self._timed(url, timeout, self._follow("GET", url, wanted, None, sign, redirects, caps))

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str | None = None,
        accept: str = "*/*",
        max_bytes: int = 64 * 1024,
        timeout: float = 15.0,
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
        redirects: int = 0,
        origin: str | None = None,
        insist: bool = False,
    ) -> Fetched:
        """POST. No redirects unless asked for, and then only 307 and 308; the answer is cut at `max_bytes`."""
        wanted = {"accept": accept, **_lowered(headers)}
        if content_type:
            wanted["content-type"] = content_type
        caps = _Caps(max_bytes, True, insist, origin)
        return await self._timed(url, timeout, self._follow("POST", url, wanted, body, sign, redirects, caps))

    async def line(self, *, width: int, resolve: Resolver | None = None) -> Line:
        """A line to one host with at most `width` connections, apart from all that is fetched here (line.py).

        `resolve`: who looks its name up instead of the usual threads.
        """
        exchange = await self._open()
        module = importlib.import_module("torg.engine.line")
        line: Line = module.open_line(exchange, width, self._agent, resolve if self._outside else nowhere)
        return line

    async def close(self) -> None:
        """Close every connection; a later fetch opens anew."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.aclose()

    async def _timed(self, url: str, timeout: float, work: Coroutine[Any, Any, Fetched]) -> Fetched:
        try:
            async with asyncio.timeout(timeout):
                return await work
        except TimeoutError as slow:
            raise FetchFailed(url, f"took more than {timeout:g} s") from slow

    async def _follow(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        sign: Sign | None,
        redirects: int,
        caps: _Caps,
    ) -> Fetched:
        exchange = await self._open()
        target = exchange.target(url)
        headers.setdefault("user-agent", self._agent(caps.origin))
        headers["accept-encoding"] = "gzip"
        for hop in range(redirects + 1):
            signed = {**headers, **(_lowered(sign(method, str(target), headers, body or b"")) if sign else {})}
            answer = await self._send(exchange, method, target, signed, body, caps)
            location = answer.location()
            if location is None or redirects == 0 or (body is not None and answer.status not in (307, 308)):
                return answer
            if hop == redirects:
                break
            onward = exchange.target(location, target)
            if target.scheme == "https" and onward.scheme == "http":
                raise FetchRefused(str(onward), "a redirect from https to http is not followed")
            if (onward.scheme, onward.host, onward.port) != (target.scheme, target.host, target.port):
                headers = {name: value for name, value in headers.items() if name not in _PRIVATE}
            target = onward
        raise FetchFailed(url, f"more than {redirects} redirects")

    async def _send(
        self,
        exchange: Exchange,
        method: str,
        target: httpx2.URL,
        headers: Mapping[str, str],
        body: bytes | None,
        caps: _Caps,
    ) -> Fetched:
        host = target.netloc.decode("ascii")
        rest = self._lanes.of(host).resting()
        if rest and not caps.insist:
            raise FetchFailed(str(target), f"the host rests for {rest:.0f} s", retry_after=rest, unreachable=True)
        async with self._lanes.use(host) as lane:
            try:
                answer = await exchange.send(method, target, headers, body, caps.max_bytes, caps.cut, caps.into)
            except FetchFailed as failed:
                if failed.unreachable:
                    lane.silent()
                raise
            lane.answered()
            wish = retry_after(answer.headers.get("retry-after")) if answer.status in (429, 503) else None
            if wish is not None:
                lane.rest(wish)
            return answer

    async def _open(self) -> Exchange:
        if self._exchange is None:
            async with self._opening:
                if self._exchange is None:
                    self._exchange = await asyncio.to_thread(self._load)
        return self._exchange

    def _load(self) -> Exchange:
        # Late and in a thread: importing the HTTP client and reading the system's authorities take 0.2 s.
        module = importlib.import_module("torg.engine.exchange")
        exchange: Exchange = module.Exchange(
            allow=self._allow, ca_file=self._ca_file, resolve=self._resolve, connections=CONNECTIONS
        )
        return exchange

    def _agent(self, origin: str | None) -> str:
        where = origin or self._origin
        return f"Torg/{self._version} (+{where})" if where else f"Torg/{self._version}"


def _lowered(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}
