"""What a network's settings demand of logins: addresses, ages of sessions and passwords. Pure, no I/O."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from torg.orgs.model import NetworkSettings

Range = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST_RANGES = 500
MOST_HOURS = 24 * 365 * 5
LEAST_PASSWORD, MOST_LEAST_PASSWORD = 8, 64
BOUNDS = {
    "session_hours": (1, MOST_HOURS),
    "session_idle_minutes": (5, 60 * MOST_HOURS),
    "password_least": (LEAST_PASSWORD, MOST_LEAST_PASSWORD),
    "password_max_days": (1, 3650),
    "login_attempts": (3, 1000),
}


@lru_cache(maxsize=4096)
def parsed(ranges: tuple[str, ...]) -> tuple[Range, ...]:
    """Ranges of addresses as one compares with them; ValueError for what is none."""
    return tuple(ipaddress.ip_network(text) for text in ranges)


def normal(ranges: Sequence[str]) -> list[str]:
    """The ranges as they are kept: a bare address is a range of one, bits outside the mask are cleared. ValueError."""
    return list(dict.fromkeys(str(ipaddress.ip_network(text.strip(), strict=False)) for text in ranges if text.strip()))


def lets_in(settings: NetworkSettings, ip: str, role_id: int | None = None) -> bool:
    """Whether members may log in and use tokens from this address; an exempt role may from everywhere."""
    if not settings.allowed_ranges or (role_id is not None and role_id in settings.ranges_exempt_roles):
        return True
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:  # no address at all (a Unix socket's peer): not within any range
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    spans = parsed(tuple(settings.allowed_ranges))
    return any(address.version == span.version and address in span for span in spans)


def session_seconds(settings: NetworkSettings) -> tuple[int | None, int | None]:
    """(how old a login may grow, how long it may lie unused), in seconds; None: no bound of the network's."""
    hours, minutes = settings.session_hours, settings.session_idle_minutes
    return (None if hours is None else hours * 3600, None if minutes is None else minutes * 60)


def mistakes(settings: NetworkSettings) -> dict[str, str]:
    """What is wrong with these settings: field → why."""
    wrong = {}
    for name, (least, most) in BOUNDS.items():
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            wrong[name] = f"must be a number from {least} to {most}"
    try:
        parsed(tuple(settings.allowed_ranges))
    except ValueError:
        wrong["allowed_ranges"] = "must be ranges of addresses such as 192.0.2.0/24 or 2001:db8::/32"
    if len(settings.allowed_ranges) > MOST_RANGES:
        wrong["allowed_ranges"] = f"must be at most {MOST_RANGES}"
    return wrong
