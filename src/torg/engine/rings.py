"""A file in which each process of a machine writes what it touched, and all others read it: no lock, no server.

Each process has a ring of its own to write, so nothing is lost between two that write at once. A reader compares the
counts at the head of the file with those it knows, which costs less than a microsecond.

The file is of one machine, also in a folder that several share: memory that is mapped from a file on a network is not
the same memory. Other machines hear by the log.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import mmap
import os
import platform
import struct
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PROCESSES = 256
RING = 2048
HEADS = PROCESSES * 8
SIZE = HEADS + PROCESSES * RING * 16
ODD = 0x9E3779B97F4A7C15
MASK = 0xFFFFFFFFFFFFFFFF
EVERYTHING = 4 << 61
"""The key of changes.EVERYTHING."""
BOOT = Path("/proc/sys/kernel/random/boot_id")
OLD = 30 * 86_400
"""Seconds after which the file of another machine, or of this one before it was started anew, is removed."""
LOCK = struct.Struct("@hhqqi")
ZERO = b"\0"
COUNTS = struct.Struct(f"{PROCESSES}Q")


def place(folder: Path) -> Path:
    """The file of this machine in a data folder; old ones of others are removed."""
    ours = folder / f"touched-{_machine()}"
    before = time.time() - OLD
    for other in folder.glob("touched*"):
        with contextlib.suppress(OSError):
            if other != ours and other.stat().st_mtime < before:
                other.unlink()
    return ours


def _machine() -> str:
    """The same for whoever maps the same memory: containers on one kernel are one machine."""
    try:
        name = BOOT.read_text("ascii")
    except OSError:
        name = platform.node()
    return hashlib.sha256(name.encode()).hexdigest()[:12]


class Rings:
    """The rings of a file, one of them our own. RuntimeError if there are more processes than rings."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, SIZE)  # sparse: what nobody writes takes no room
        self._own = self._claimed()
        self._map = mmap.mmap(self._file, SIZE)
        self._words = memoryview(self._map).cast("Q")
        self._seen = self._map[:HEADS]
        self._counts = COUNTS.unpack(self._seen)

    def close(self) -> None:
        """Give the ring back."""
        self._words.release()
        self._map.close()
        os.close(self._file)

    def tell(self, keys: Sequence[int]) -> None:
        """Write what was touched; of too much at once only that it was everything."""
        if len(keys) > RING // 2:
            keys = [EVERYTHING]
        words, own = self._words, self._own
        count = words[own]
        for key in keys:
            at = HEADS // 8 + (own * RING + count % RING) * 2
            words[at] = key
            words[at + 1] = key ^ _mark(count)
            count += 1
        words[own] = count  # last: who sees the count sees the keys

    def news(self) -> Iterator[list[int]]:
        """What other processes touched since the last call."""
        heads = self._map[:HEADS]
        if heads == self._seen:
            return
        before, self._seen = self._counts, heads
        # Rings are claimed from the first on, and most were never used
        self._counts = counts = struct.unpack_from(f"{(len(heads.rstrip(ZERO)) + 7) // 8}Q", heads)
        for ring, new in enumerate(counts):
            old = before[ring] if ring < len(before) else 0
            if old != new and ring != self._own:
                yield self._read(ring, old, new)

    def _read(self, ring: int, old: int, new: int) -> list[int]:
        if not 0 < new - old < RING:
            return [EVERYTHING]
        keys = []
        for count in range(old, new):
            at = HEADS // 8 + (ring * RING + count % RING) * 2
            key = self._words[at]
            # Overwritten meanwhile, or seen by this processor before it was all there
            if self._words[at + 1] != key ^ _mark(count):
                return [EVERYTHING]
            keys.append(key)
        return keys

    def _claimed(self) -> int:
        """A ring that no living process has: the kernel takes the lock from whoever ends, however that happens."""
        for ring in range(PROCESSES):
            try:
                # A lock of the open file, not of the process: two may be open in one
                fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, ring, 1, 0))
            except OSError:
                continue
            return ring
        os.close(self._file)
        raise RuntimeError(f"more than {PROCESSES} processes work on this data folder")


def _mark(count: int) -> int:
    return (count + 1) * ODD & MASK
