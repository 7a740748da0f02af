"""Which network a request is for: by its host name, believing forwarded headers only from our own proxies."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from torg.kernel.actor import NetworkKind
from torg.kernel.errors import TorgError

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

KEEP_SECONDS = 5.0
KEEP_UNKNOWN_SECONDS = 1.0
MOST_KEPT = 10_000

Range = ipaddress.IPv4Network | ipaddress.IPv6Network


class NetworkLike(Protocol):
    """What the kit needs of a network; the real Struct (orgs/) has more."""

    @property
    def id(self) -> int: ...
    @property
    def org_id(self) -> int: ...
    @property
    def kind(self) -> NetworkKind: ...
    @property
    def host(self) -> str: ...


class Networks(Protocol):
    """Given when the app is built; orgs/ implements it."""

    async def by_host(self, host: str) -> NetworkLike | None:
        """The network of a lower-case host name with its port, if it has one."""
        ...


class UnknownHost(TorgError):
    """No network lives under this name. 421: this server is not the one for that host (RFC 9110 §15.5.20)."""

    status = 421

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(f"No network has the host name {host}" if host else "The request names no host")


class Tenants:
    """Host names → networks, remembered for a few seconds, since every request asks."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._kept: OrderedDict[str, tuple[float, NetworkLike | None]] = OrderedDict()

    async def find(self, host: str) -> NetworkLike:
        """The network, or UnknownHost."""
        now = time.monotonic()
        kept = self._kept.get(host)
        if kept is None or kept[0] < now:
            network = await self._networks.by_host(host) if host and "\0" not in host else None
            self._kept[host] = (now + (KEEP_SECONDS if network else KEEP_UNKNOWN_SECONDS), network)
            self._kept.move_to_end(host)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        else:
            network = kept[1]
        if network is None:
            raise UnknownHost(host[:253])
        return network

    def forget(self) -> None:
        """Call it after a network's name or settings have changed in this process."""
        self._kept.clear()


class Front:
    """Host, scheme and address of the caller as seen from the outermost proxy that we trust."""

    def __init__(self, trusted_proxies: Iterable[str], public_scheme: str) -> None:
        self._trusted: list[Range] = [ipaddress.ip_network(entry, strict=False) for entry in trusted_proxies]
        self._scheme = public_scheme

    def trusts(self, address: str) -> bool:
        if not self._trusted:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in known for known in self._trusted if known.version == parsed.version)

    def look(self, connection: HTTPConnection) -> tuple[str, str, str]:
        """(host with port unless it is the scheme's own, "http" or "https", client address)."""
        headers = connection.headers
        client = connection.scope.get("client")
        address: str = client[0] if client else ""
        secure = connection.scope["scheme"] in ("https", "wss")
        host: str = headers.get("host", "")
        if self.trusts(address):
            host = headers.get("x-forwarded-host", host).split(",")[-1].strip()
            secure = headers.get("x-forwarded-proto", "https" if secure else "http").split(",")[-1].strip() == "https"
            hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",") if hop.strip()]
            address = next((hop for hop in reversed(hops) if not self.trusts(hop)), hops[0] if hops else address)
        scheme = "https" if secure or self._scheme == "https" else "http"
        host = host.lower()
        default_port = ":443" if scheme == "https" else ":80"
        return host.removesuffix(default_port).removesuffix("."), scheme, address


def origin_of(network: Any, scheme: str) -> str:
    """`https://host`: from the network's own name, never from what the request said."""
    return f"{scheme}://{network.host}"
