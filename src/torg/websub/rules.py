"""Decisions: leases, limits, signatures, and how long a deaf subscriber is tried. Pure, no I/O."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SEARCHES: Final = "search"
"""The key of every search: any post may change what it finds."""
SEARCH_PAUSE: Final = timedelta(seconds=20)
"""For so long changes are gathered before a search is asked anew, whoever writes how much."""
LEASE: Final = 10 * 86_400
SHORTEST_LEASE: Final = 300
LONGEST_LEASE: Final = 30 * 86_400
MOST_OF_HOST: Final = 200
"""Subscriptions of one network whose callbacks are at one host."""
MOST: Final = 20_000
LONGEST_SECRET: Final = 199  # bytes; the Recommendation: less than 200
LONGEST_URL: Final = 2_048
FIRST_RETRY: Final = timedelta(seconds=30)
LONGEST_RETRY: Final = timedelta(hours=6)
DEAD_AFTER: Final = timedelta(days=3)


def lease(wanted: int | None) -> int:
    """Seconds: what was wished for, within what the hub grants."""
    if wanted is None or wanted <= 0:
        return LEASE
    return min(max(wanted, SHORTEST_LEASE), LONGEST_LEASE)


def callback_host(url: str) -> str | None:
    """The host and port of a callback; None for what cannot be one: no http(s), a password, a fragment, too long."""
    if len(url) > LONGEST_URL or any(c.isspace() or ord(c) < 33 or c in '<>"\\^`{}|' for c in url):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        return parts.netloc.lower() if usable and not parts.fragment and parts.port != 0 else None
    except ValueError:
        return None


def with_query(callback: str, values: dict[str, str]) -> str:
    """The callback with these parameters after those that it has (§5.3)."""
    parts = urlsplit(callback)
    kept = parse_qsl(parts.query, keep_blank_values=True)
    query = parts.query + "&" if kept else ""
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query + urlencode(values), ""))


def signature(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature (§7.1)."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def back_off(failures: int, spread: float) -> timedelta:
    """The wait after the n-th failure in a row; `spread` between 0 and 1 keeps many from coming back at once."""
    base: timedelta = min(FIRST_RETRY * 2 ** min(failures - 1, 16), LONGEST_RETRY)
    return base * (0.75 + spread / 2)


def dead(failing_since: datetime | None, at: datetime) -> bool:
    return failing_since is not None and at - failing_since >= DEAD_AFTER


def keys(account_id: int, group_id: int | None, tags: Iterable[str], *, boost: bool) -> list[str]:
    """The keys of the feeds that a post changes; a boost is in its author's only."""
    own = [f"account:{account_id}"]
    if boost:
        return own
    if group_id is not None:
        return [f"account:{group_id}"]  # what stands in a group is in no feed of a tag
    return ["network", SEARCHES, *own, *(f"tag:{tag}" for tag in tags)]
