"""What a process keeps of what it once read or made, within a bound of bytes; what was used longest ago goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from itertools import count
from typing import Generic, TypeVar

V = TypeVar("V")
MEGABYTE = 1 << 20
OVERHEAD = 200
"""Bytes of a key and of its place in the dictionary, roughly."""

serial = count(1)
"""Numbers that are given once in a process: two things with the same number are the same thing."""


class Kept(Generic[V]):
    """Values by key. `share`: which part of what the process may keep is for these."""

    stores: list[Kept[object]] = []

    def __init__(self, share: float) -> None:
        self.share = share
        self.limit = 0
        self.weight = 0
        self._held: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        Kept.stores.append(self)  # type: ignore[arg-type]
        bound()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable) -> V | None:
        """The value, which is now the last to go; None if it is not held."""
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: V, weight: int) -> None:
        """Hold a value of so many bytes in the place of an older one; one that is too large for the bound is not."""
        self.drop(key)
        self._held[key] = value, weight + OVERHEAD
        self.weight += weight + OVERHEAD
        while self.weight > self.limit and self._held:
            self.drop(next(iter(self._held)))

    def drop(self, key: Hashable) -> None:
        """Hold it no more."""
        found = self._held.pop(key, None)
        if found is not None:
            self.weight -= found[1]

    def forget(self) -> None:
        """Hold nothing."""
        self._held.clear()
        self.weight = 0


_megabytes = 32


def bound(megabytes: int | None = None) -> None:
    """How much all stores of this process may hold together."""
    global _megabytes
    _megabytes = _megabytes if megabytes is None else megabytes
    for store in Kept.stores:
        store.limit = int(_megabytes * MEGABYTE * store.share)


def forget() -> None:
    """Hold nothing any more, as after a start."""
    for store in Kept.stores:
        store.forget()
