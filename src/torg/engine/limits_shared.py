"""Counting against quotas in memory that all processes of one machine share, so that two of them do not allow double.

The memory is made before the processes are forked: buckets of slots, each bucket under a record lock of the kernel's,
which ends with the process that holds it however that one ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import secrets
import struct
import tempfile
import time
from collections.abc import Callable

from torg.engine.limits import Quota, Verdict

SLOT = struct.Struct("<QdQ")  # the key's digest, when the window ends, hits; zeros: free
IN_BUCKET = 16
BUCKETS = 4096
SIZE = SLOT.size * IN_BUCKET


class SharedLimiter:
    """Fixed windows as in LocalLimiter, for 65,536 callers at a time; beyond, whose window ends first is forgotten."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.machine = secrets.token_hex(4)
        self._clock = clock
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the process lives
        os.ftruncate(self._file.fileno(), BUCKETS * SIZE)
        self._memory = mmap.mmap(self._file.fileno(), BUCKETS * SIZE)

    async def hit(self, key: str, quota: Quota) -> Verdict:
        """Count one hit for `key` and tell whether it is within the quota. Waits for nothing but the kernel."""
        now = self._clock()
        name = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little") or 1
        start = name % BUCKETS * SIZE
        fcntl.lockf(self._file, fcntl.LOCK_EX, SIZE, start)
        try:
            reset_at, used = self._count(name, start, now, quota.seconds)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, SIZE, start)
        return Verdict(used <= quota.most, quota.most, max(0, quota.most - used), reset_at)

    def _count(self, name: int, start: int, now: float, seconds: int) -> tuple[float, int]:
        place, soonest, reset_at, used = start, float("inf"), 0.0, 0
        for at in range(start, start + SIZE, SLOT.size):
            found, ends, hits = SLOT.unpack_from(self._memory, at)
            if found == name:
                place, reset_at, used = at, ends, hits
                break
            if ends < soonest:
                place, soonest = at, ends
        if reset_at <= now:
            reset_at, used = (now // seconds + 1) * seconds, 0
        SLOT.pack_into(self._memory, place, name, reset_at, used + 1)
        return reset_at, used + 1
