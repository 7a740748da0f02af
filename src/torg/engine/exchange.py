"""One HTTP request and its answer over a connection to a checked address: it alone imports httpx2 (and httpcore2).

The check sits where the connection is made, so there is no second look-up that could give another answer (DNS
rebinding); the URL keeps its host name, hence Host, SNI and the certificate are checked as usual, and a kept-alive
connection is reused for its own name only. `fetch.py` loads this module late, since the two imports cost 0.2 s.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpcore2
import httpx2

from torg.engine.addresses import WEB_PORTS, Address, Range, parse_address, usable
from torg.engine.fetched import Fetched, FetchError, FetchFailed, FetchRefused, FetchTooLarge
from torg.kernel.errors import Misused

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a name as texts; raises OSError when it has none."""

HEADER_CAP = 32 * 1024
READ_PATIENCE = 10.0
CONNECT_PATIENCE = 10.0
ADDRESSES_TRIED = 4
_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._:")


class Refused(httpcore2.ConnectError):
    """Raised within the pool when no address of the name may be called."""


class _Backend(httpcore2.AsyncNetworkBackend):
    """Looks a name up, checks every address, connects to one that passed."""

    def __init__(self, resolve: Resolver, allow: Sequence[Range]) -> None:
        self._resolve = resolve
        self._allow = allow
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._addresses(host, port, timeout)
        patience = None if timeout is None else timeout / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(str(address), port, timeout=patience)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue  # the next address of the same name may answer; the last one's error is told
        return await self._inner.connect_tcp(str(addresses[-1]), port, timeout=patience)

    async def _addresses(self, host: str, port: int, timeout: float | None) -> list[Address]:
        try:
            async with asyncio.timeout(timeout):
                found = [parse_address(text) for text in await self._resolve(host, port)]
        except TimeoutError as slow:
            raise httpcore2.ConnectTimeout("the name look-up took too long") from slow
        except (OSError, ValueError) as unknown:
            raise httpcore2.ConnectError(f"the name has no address ({unknown})") from unknown
        if not found:
            raise httpcore2.ConnectError("the name has no address")
        passed = usable(found, port, self._allow)
        if not passed:
            raise Refused(f"{host}:{port} is {', '.join(map(str, found[:4]))}, which is not a public web address")
        return passed[:ADDRESSES_TRIED]

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Body(httpx2.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes], close: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._close = close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        await self._close()


class _Transport(httpx2.AsyncBaseTransport):
    """httpx2's client over a pool of our own backend."""

    def __init__(self, pool: httpcore2.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        if not isinstance(answer.stream, AsyncIterable):
            raise TypeError("an asynchronous pool gave a synchronous body")
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream, answer.aclose),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class Exchange:
    """A pool of connections to checked addresses. No cookies, no proxies from the environment, no redirects."""

    def __init__(self, *, allow: Sequence[Range], ca_file: Path | None, resolve: Resolver, connections: int) -> None:
        self._any_port = bool(allow)
        self._allow = allow
        self._resolve = resolve
        self.tls = _tls(ca_file)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=self.tls,
            max_connections=connections,
            max_keepalive_connections=connections // 4,
            keepalive_expiry=15.0,
            network_backend=self.backend(),
        )
        self._client = httpx2.AsyncClient(
            transport=_Transport(self._pool),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
            follow_redirects=False,
        )

    def backend(self, resolve: Resolver | None = None) -> httpcore2.AsyncNetworkBackend:
        """What connects to checked addresses; `resolve` in the place of the exchange's own look-up."""
        return _Backend(resolve or self._resolve, self._allow)

    def target(self, url: str, base: httpx2.URL | None = None) -> httpx2.URL:
        """The URL (relative to `base`) in its normal form without a fragment, or FetchRefused."""
        try:
            parsed = (httpx2.URL(url) if base is None else base.join(url)).copy_with(fragment=None)
            host = parsed.raw_host.decode("ascii")
        except (httpx2.InvalidURL, ValueError, TypeError) as wrong:
            raise FetchRefused(url, f"not a URL ({wrong})") from wrong
        if parsed.scheme not in ("http", "https"):
            raise FetchRefused(url, "only http and https are fetched")
        if parsed.userinfo:
            raise FetchRefused(url, "addresses with a password in them are not fetched")
        if not host or not _HOST_CHARACTERS.issuperset(host) or len(host) > 253:
            raise FetchRefused(url, "the host name is not valid")
        port = parsed.port
        if port is not None and (not 0 < port < 65536 or not (self._any_port or port in WEB_PORTS)):
            raise FetchRefused(url, "only ports 80 and 443 are called")
        return parsed

    async def send(
        self,
        method: str,
        url: httpx2.URL,
        headers: Mapping[str, str],
        body: bytes | None,
        max_bytes: int,
        cut: bool,
        into: Path | None = None,
    ) -> Fetched:
        """One request. The caller sets the total time; the size caps are kept here."""
        timeout = httpx2.Timeout(READ_PATIENCE, connect=CONNECT_PATIENCE)
        try:
            request = self._client.build_request(method, url, headers=headers, content=body, timeout=timeout)
            response = await self._client.send(request, stream=True)
            try:
                return await _read(response, max_bytes, cut, into)
            finally:
                await response.aclose()
        except FetchError:
            raise
        except Refused as refused:
            raise FetchRefused(str(url), str(refused)) from refused
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as silent:
            raise FetchFailed(str(url), f"no connection ({str(silent) or 'timed out'})", unreachable=True) from silent
        except (httpcore2.TimeoutException, httpx2.TimeoutException) as slow:
            raise FetchFailed(str(url), f"timed out ({type(slow).__name__})") from slow
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ConnectionNotAvailable) as broken:
            raise FetchFailed(str(url), f"broken off ({str(broken) or type(broken).__name__})") from broken
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError, ValueError) as broken:
            raise FetchFailed(str(url), f"unreadable answer ({str(broken) or type(broken).__name__})") from broken

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()


async def _read(response: httpx2.Response, max_bytes: int, cut: bool, into: Path | None) -> Fetched:
    """Headers and body of an answer within the caps; the body decoded, since a small file can unpack to a huge one."""
    url = str(response.url)
    if sum(len(name) + len(value) + 4 for name, value in response.headers.raw) > HEADER_CAP:
        raise FetchTooLarge(url, f"more than {HEADER_CAP} bytes of headers")
    if "," in response.headers.get("content-encoding", ""):
        # Each layer multiplies what the layer above may unpack to.
        raise FetchFailed(url, "more than one content encoding")
    length = response.headers.get("content-length", "")
    if not cut and length.isdecimal() and int(length[:18]) > max_bytes:
        raise FetchTooLarge(url, f"more than {max_bytes} bytes")
    parts: list[bytes] = []
    size = 0
    over = False
    with into.open("wb") if into is not None and response.is_success else nullcontext() as file:
        async for part in response.aiter_bytes():
            if file is None:
                parts.append(part)
            else:
                file.write(part)
            size += len(part)
            if size > max_bytes or response.num_bytes_downloaded > max_bytes:
                over = True
                break
    if over and not cut:
        raise FetchTooLarge(url, f"more than {max_bytes} bytes")
    return Fetched(
        url=url,
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=b"".join(parts)[:max_bytes],
        cut=over,
    )


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    """The system's authorities (or SSL_CERT_FILE's), and those of TORG_CA_FILE besides."""
    try:
        context = httpx2.create_ssl_context()
    except OSError as wrong:
        raise Misused(f"SSL_CERT_FILE cannot be read: {wrong}. Name a PEM file with certificates.") from wrong
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as wrong:
            raise Misused(
                f"TORG_CA_FILE={ca_file} cannot be read: {wrong}. Name a PEM file with certificates."
            ) from wrong
    return context
