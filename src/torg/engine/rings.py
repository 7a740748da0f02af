"""A file in which each process of a machine writes what it touched, and all others read it: no lock, no server.

Each process has a ring of its own to write, so nothing is lost between two that write at once. A reader compares the
counts at the head of the file with those it knows, which costs less than a microsecond. Beside its ring it has another
of bytes, for news (engine/news.py): they are read together with the touches that they tell.

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
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

PROCESSES, TELLERS = 256, 32
"""Rings, and how many of them have room for news beside them: what others write are touches."""
RING = 8192
TEXTS = 1 << 21
"""Bytes of news that a process holds for the others: those of about 800 posts."""
HEADS = PROCESSES * 8
WRITTEN = HEADS
"""Where it stands how many bytes of news each process has written, and"""
WANTS = WRITTEN + PROCESSES * 8
"""which of them want any: a byte each."""
WORDS = WANTS + PROCESSES
FIRST = WORDS + PROCESSES * RING * 16
SIZE = FIRST + TELLERS * TEXTS
ODD = 0x9E3779B97F4A7C15
MASK = 0xFFFFFFFFFFFFFFFF
EVERYTHING = 4 << 61
"""The key of changes.EVERYTHING."""
NEWS, KIND = 6, 61
"""A word of this kind says where news lie; the next one is their check, and the next are the keys that they tell of."""
LONGEST, MOST_KEYS = 1 << 20, 1 << 6
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
    """The same for whoever maps the same memory in the same way: containers on one kernel are one machine."""
    try:
        name = BOOT.read_text("ascii")
    except OSError:
        name = platform.node()
    return hashlib.sha256(f"{name} {RING} {SIZE}".encode()).hexdigest()[:12]


class Heard(NamedTuple):
    """Keys that another process touched; with news, the first `told` of them say nothing that the news do not."""

    keys: list[int]
    news: bytes | None = None
    told: int = 0


class Rings:
    """The rings of a file, one of them our own. RuntimeError if there are more processes than rings."""

    looked = 0.0
    """When that was of which `news` told last: nothing that was told later was in it (time.monotonic)."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, SIZE)  # sparse: what nobody writes takes no room
        self._own = self._claimed()
        self._map = mmap.mmap(self._file, SIZE)
        self._words = memoryview(self._map)[:FIRST].cast("Q")
        self._wipe()  # what a killed process has left
        self._seen = self._map[:HEADS]
        self._counts = COUNTS.unpack(self._seen)

    def close(self) -> None:
        """Give the ring back."""
        self._wipe()
        self._words.release()
        self._map.close()
        os.close(self._file)

    def _wipe(self) -> None:
        """Want no news, and leave none in the file: they are posts, which may be deleted one day."""
        self._map[WANTS + self._own] = 0
        if there := min(self._words[WRITTEN // 8 + self._own], TEXTS):
            first = FIRST + self._own * TEXTS
            self._map[first : first + there] = bytes(there)
            self._words[WRITTEN // 8 + self._own] = 0

    def want(self) -> None:
        """Have the others tell news from now on."""
        self._map[WANTS + self._own] = 1

    @property
    def wanted(self) -> bool:
        """Whether another process wants news, and we have room to tell them."""
        return self._own < TELLERS and self._map[WANTS:WORDS].count(1) > self._map[WANTS + self._own]

    def tell(self, keys: Sequence[int], news: bytes = b"", told: int = 0, but: int = 0) -> None:
        """Write what was touched; of too much at once only that it was everything.

        `news` tell what the first `told` of the keys say, and the next `but` keys belong to them, too.
        """
        if len(keys) > RING // 2:
            keys = [EVERYTHING]
        elif news and len(news) < LONGEST and told < MOST_KEYS and but < 8:
            keys = [*self._put(news, told, but), *keys]
        words, own = self._words, self._own
        count = words[own]
        for key in keys:
            at = WORDS // 8 + (own * RING + count % RING) * 2
            words[at] = key
            words[at + 1] = key ^ _mark(count)
            count += 1
        words[own] = count  # last: who sees the count sees the keys

    @property
    def changed(self) -> bool:
        """Whether anybody, ourselves among them, has told of anything since the last `news`."""
        return self._map[:HEADS] != self._seen

    def news(self) -> Iterator[Heard]:
        """What other processes touched since the last call."""
        heads = self._map[:HEADS]
        self.looked = time.monotonic()
        before, self._seen = self._counts, heads
        # Rings are claimed from the first on, and most were never used
        self._counts = counts = struct.unpack_from(f"{(len(heads.rstrip(ZERO)) + 7) // 8}Q", heads)
        for ring, new in enumerate(counts):
            old = before[ring] if ring < len(before) else 0
            if old != new and ring != self._own:
                yield from self._heard(ring, self._read(ring, old, new))

    def _read(self, ring: int, old: int, new: int) -> list[int]:
        if not 0 < new - old < RING:
            return [EVERYTHING]
        keys = []
        for count in range(old, new):
            at = WORDS // 8 + (ring * RING + count % RING) * 2
            key = self._words[at]
            # Overwritten meanwhile, or seen by this processor before it was all there
            if self._words[at + 1] != key ^ _mark(count):
                return [EVERYTHING]
            keys.append(key)
        return keys

    def _put(self, news: bytes, told: int, but: int) -> tuple[int, int]:
        """Write news beside our ring; the two words that lead to them."""
        own, size = self._own, len(news)
        written: int = self._words[WRITTEN // 8 + own]
        if written % TEXTS + size > TEXTS:
            written += TEXTS - written % TEXTS
        start = FIRST + own * TEXTS + written % TEXTS
        self._map[start : start + size] = news
        self._words[WRITTEN // 8 + own] = written + size
        place = written % TEXTS
        return NEWS << KIND | size << 30 | place << 9 | told << 3 | but, zlib.crc32(news)

    def _heard(self, ring: int, words: list[int]) -> Iterator[Heard]:
        """The keys, and by themselves those of which there are news."""
        keys: list[int] = []
        at = 0
        while at < len(words):
            word = words[at]
            if word >> KIND != NEWS:
                keys.append(word)
                at += 1
                continue
            start, size = FIRST + ring * TEXTS + (word >> 9 & TEXTS - 1), word >> 30 & LONGEST - 1
            told, but = word >> 3 & MOST_KEYS - 1, word & 7
            news = self._map[start : start + size]
            one = words[at + 2 : at + 2 + told + but]
            # Else overwritten meanwhile: then the keys are touched like any others
            yield Heard(one, news, told) if zlib.crc32(news) == words[at + 1] else Heard(one)
            at += 2 + told + but
        if keys:
            yield Heard(keys)

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
