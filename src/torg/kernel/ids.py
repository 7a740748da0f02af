"""Ids that sort by time: 48 bits of milliseconds since 1970, 16 bits that tell the posts of one millisecond apart.

The same layout as Mastodon's, since clients map dates to ids and back (`ms << 16`).
Six of the sixteen bits name the process (node), ten count within the millisecond.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

SEQUENCE_BITS = 10
NODE_BITS = 6
LOW_BITS = SEQUENCE_BITS + NODE_BITS
MAX_ID = 2**63 - 1


class IdMaker:
    """Makes increasing ids for one process; safe to call from several threads."""

    def __init__(self, node: int = 0) -> None:
        self._node = node % (1 << NODE_BITS)
        self._lock = threading.Lock()
        self._last_ms = 0
        self._sequence = 0

    def __call__(self) -> int:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now <= self._last_ms:
                self._sequence += 1
                if self._sequence >= 1 << SEQUENCE_BITS:
                    self._last_ms += 1
                    self._sequence = 0
            else:
                self._last_ms = now
                self._sequence = 0
            return (self._last_ms << LOW_BITS) | (self._node << SEQUENCE_BITS) | self._sequence


_maker = IdMaker()


def use_node(node: int) -> None:
    """Set the node number of this process (given by the database at start)."""
    global _maker
    _maker = IdMaker(node)


def new_id() -> int:
    """The next id of this process."""
    return _maker()


def id_at(moment: datetime, low: int = 0) -> int:
    """The id of a moment (timezone-aware); `low` (0–65535) tells items of one moment apart."""
    return (int(moment.timestamp() * 1000) << LOW_BITS) | (low & 0xFFFF)


def time_of(id_: int) -> datetime:
    """The moment at which an id was made, in UTC."""
    return datetime.fromtimestamp((id_ >> LOW_BITS) / 1000, UTC)
