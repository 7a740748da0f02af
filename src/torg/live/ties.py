"""Who of many watchers has to do with a person, and what: columns sorted by the person, 12 bytes for each two."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FOLLOWS, HIDES, BLOCKED, EXCLUDES = range(4)
"""The watcher follows the person, blocks or mutes it, is blocked by it, or has it in a list that keeps it from home."""
KINDS = 4
People = NDArray[np.int64]
Codes = NDArray[np.int32]
NO_PEOPLE: People = np.array([], np.int64)


class Ties:
    """Watchers are numbers (`slots`) that are given out once: of whom is learnt anew, the old number falls silent.

    What is learnt together is a pair of columns; of those next to each other that are alike in size one is made, so
    that there are few of them and each tie is moved a few times only.
    """

    def __init__(self) -> None:
        self._columns: list[tuple[People, Codes]] = []

    def __len__(self) -> int:
        return sum(len(people) for people, _ in self._columns)

    def add(self, learnt: Sequence[tuple[int, Sequence[People]]], alive: NDArray[np.bool_]) -> None:
        """Of each slot the people, by kind. `alive`: by slot, whether it is one that is still meant."""
        people = [part for _, kinds in learnt for part in kinds]
        codes = [
            np.full(len(part), slot * KINDS + kind, np.int32)
            for slot, kinds in learnt
            for kind, part in enumerate(kinds)
        ]
        if people:
            self._columns.append(_sorted(np.concatenate(people), np.concatenate(codes)))
        while any(len(new[0]) * 2 > len(old[0]) for old, new in pairwise(self._columns[-2:])):
            (one, its), (other, others) = self._columns[-2:]
            who, what = np.concatenate([one, other]), np.concatenate([its, others])
            meant = alive[what // KINDS]
            self._columns[-2:] = [_sorted(who[meant], what[meant])]

    def of(self, person: int) -> list[tuple[int, int]]:
        """(slot, kind) of everybody who has to do with the person; silent ones, too."""
        found: list[tuple[int, int]] = []
        for people, codes in self._columns:
            first = int(people.searchsorted(person))
            if first < len(people) and people[first] == person:
                last = int(people.searchsorted(person, side="right"))
                found += [divmod(code, KINDS) for code in codes[first:last].tolist()]
        return found

    def clear(self) -> None:
        self._columns.clear()


def _sorted(people: People, codes: Codes) -> tuple[People, Codes]:
    order = people.argsort(kind="stable")
    return people[order], codes[order]
