"""Which network addresses we may call: public ones, and those that the operator allows by name.

A server that fetches what strangers write must not be talked into calling its own machine or its neighbours
(server-side request forgery). The ranges follow IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Range = ipaddress.IPv4Network | ipaddress.IPv6Network

WEB_PORTS = frozenset({80, 443})

_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, the clouds' metadata services
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved and broadcast
    )
)
# Only 2000::/3 is global unicast; everything outside it is closed without being named.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def parse_address(text: str) -> Address:
    """An address as the resolver writes it; a zone (`%eth0`) is dropped. ValueError when it is none."""
    return ipaddress.ip_address(text.partition("%")[0])


def parse_ranges(texts: Iterable[str | Range]) -> tuple[Range, ...]:
    """Ranges as in TORG_FETCH_ALLOW: `127.0.0.0/8`, `::1`. ValueError names the one that is wrong."""
    return tuple(ipaddress.ip_network(text, strict=False) if isinstance(text, str) else text for text in texts)


def embedded_v4(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to: mapped, 6to4 (RFC 3056) or NAT64 (RFC 6052)."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def is_public(address: Address) -> bool:
    """Whether this address is of the open internet, in itself and in what it embeds."""
    inner = embedded_v4(address)
    if inner is not None:
        return is_public(inner)
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in closed for closed in _CLOSED_V4)
    return address in _GLOBAL_V6 and not any(address in closed for closed in _CLOSED_V6)


def in_ranges(address: Address, ranges: Sequence[Range]) -> bool:
    """Whether the address, or the IPv4 address that it maps, is in one of the ranges."""
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return any(address in range_ or (inner is not None and inner in range_) for range_ in ranges)


def usable(found: Sequence[Address], port: int, allow: Sequence[Range]) -> list[Address]:
    """The addresses of one name that may be called at `port`, in the resolver's order; empty means refused.

    A public name with one closed address among its addresses is refused as a whole, since honest names have none.
    Where the operator allows one of them, the closed rest is only left out (`localhost` is often ::1 too).
    """
    allowed = [address for address in found if in_ranges(address, allow)]
    if allowed:
        return allowed
    if port not in WEB_PORTS or not all(is_public(address) for address in found):
        return []
    return list(found)
