"""Decisions about deliveries, without I/O: whose host an inbox is, what an answer means, how long to wait."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST_ADDRESS = 2000
GIVE_UP = timedelta(days=7)
"""How long a delivery is tried, and how long a host may fail before nothing more is put down for it."""

_INBOX = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?(?=[/?]|$)",
    re.IGNORECASE,
)
_USUAL = {"http": "80", "https": "443"}


def host_of(inbox: str) -> str | None:
    """The host of an inbox's address, with its port where that is not the scheme's own; None for what is none."""
    found = _INBOX.match(inbox) if len(inbox) <= LONGEST_ADDRESS else None
    if found is None:
        return None
    port = found["port"]
    host = found["host"].lower()
    return host if port in (None, _USUAL[found["scheme"].lower()]) else f"{host}:{port}"
