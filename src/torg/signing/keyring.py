"""What a process remembers of keys: the rows for seconds, since every delivery asks, and who makes one now."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from torg.kernel.later import Later
from torg.signing.store import KeyRow

if TYPE_CHECKING:
    from torg.engine.signatures import keys
else:
    keys = Later("torg.engine.signatures.keys")

FRESH = 5.0
"""Seconds after which a rotation in another process holds here too."""
MOST = 2048

Whose = tuple[int, int | None]


class Keyring:
    """Rows of current keys by (network, account)."""

    def __init__(self) -> None:
        self._known: OrderedDict[Whose, tuple[float, KeyRow]] = OrderedDict()
        self._making = asyncio.Semaphore(1)

    def get(self, whose: Whose) -> KeyRow | None:
        until, row = self._known.get(whose, (0.0, None))
        return row if time.monotonic() < until else None

    def put(self, whose: Whose, row: KeyRow) -> None:
        self._known[whose] = (time.monotonic() + FRESH, row)
        self._known.move_to_end(whose)
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    def drop(self, whose: Whose) -> None:
        """After a rotation."""
        self._known.pop(whose, None)

    async def make(self) -> tuple[str, str]:
        """A new pair, in a thread: OpenSSL works without the interpreter's lock.

        One at a time, so that many sign-ups at once leave the processors to those who read.
        """
        async with self._making:
            return await asyncio.to_thread(keys.make_pair)
