"""Which network a request is for: by its host name, believing forwarded headers only from our own proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from torg.kernel.actor import NetworkKind
from torg.kernel.errors import TorgError

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

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
    @property
    def is_public(self) -> bool:
        """Whether anybody may read here without an account."""
        ...


class Networks(Protocol):
    """Given when the app is built; orgs/ implements it, and remembers, since every request asks."""

    async def by_host(self, host: str) -> NetworkLike | None:
        """The network of a lower-case host name with its port, if it has one."""
        ...


class UnknownHost(TorgError):
    """No network lives under this name. 421: this server is not the one for that host (RFC 9110 §15.5.20)."""

    status = 421

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(f"No network has the host name {host}" if host else "The request names no host")


class Nowhere(msgspec.Struct, frozen=True):
    """What stands for a network where there is none: its organisation and number own no row."""

    host: str
    id: int = 0
    org_id: int = 0
    kind: NetworkKind = NetworkKind.PUBLIC
    is_public: bool = True


async def find_network(networks: Networks, host: str) -> NetworkLike:
    """The network of a host, or UnknownHost."""
    network = await networks.by_host(host) if host and "\0" not in host else None
    if network is None:
        raise UnknownHost(host[:253])
    return network


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
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
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
