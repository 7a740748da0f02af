"""Posts as news: what they change is known in every process of the machine, so nobody has to read it again.

A process that writes a post says beforehand what its event will tell (`Expected`). The others get it with the touches
that it tells of (engine/rings.py), put in bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence, Set
from operator import itemgetter
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from torg.engine.keys import Key

N = TypeVar("N", bound=tuple[Any, ...])
MOST_NEWS = 8_192
GROUP = 512
"""So many news after each other whose authors stand in one set."""
_when = itemgetter(0)


class Post(Protocol):
    """A post as news."""

    def packed(self) -> bytes:
        """For other processes, which make one of it again (`Changes.unpack`)."""
        ...


class Expected(NamedTuple):
    """News of an event to come, by whom it is, and the keys under which it is no news but a touch.

    `made_of`: what must not be touched between the ticket and the event.
    """

    news: Post
    author: int
    made_of: Collection[Key]
    ticket: int
    but: frozenset[Key]


class Told(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """News on their way to another process. Until `at` (time.monotonic) nothing was touched of what they are made."""

    at: float
    author: int
    made_of: list[Key]
    news: bytes


class News:
    """The newest, with the ticket of each."""

    def __init__(self) -> None:
        self._all: deque[tuple[int, int, Post]] = deque()  # with whose they are
        self._by: dict[int, list[tuple[int, Post]]] = {}
        self._since = 0
        self._groups: deque[tuple[int, set[int]]] = deque()  # whose news came from that one on
        self._grouped = GROUP

    def add(self, when: int, author: int, news: Post) -> None:
        if self._grouped == GROUP:
            self._grouped = 0
            self._groups.append((when, set()))
            if len(self._groups) > MOST_NEWS // GROUP + 1:
                self._groups.popleft()
        self._grouped += 1
        self._groups[-1][1].add(author)
        self._all.append((when, author, news))
        self._by.setdefault(author, []).append((when, news))
        if len(self._all) > MOST_NEWS:
            self._since, author, _ = self._all.popleft()
            del self._by[author][0]
            if not self._by[author]:
                del self._by[author]

    def by(self, author: int) -> Sequence[tuple[int, Post]]:
        """What is known of an author's, the oldest first."""
        return self._by.get(author, ())

    def since(self, ticket: int, of: Iterable[Set[int]] | None = None) -> list[tuple[int, Post]] | None:
        """(when, what) of those after the ticket, in their order; None if they are not all known any more.

        `of`: the authors whose posts are wanted, of all if None.
        """
        if ticket < self._since:
            return None
        if of is None:
            return [(when, what) for when, _, what in _since(self._all, ticket)]
        authors: set[int] = set()
        for first, group in reversed(self._groups):
            for wanted in of:
                authors |= group.intersection(wanted)
            if first <= ticket:
                break
        found: list[tuple[int, Post]] = []
        for author in authors:
            its = self._by.get(author)
            if its is None:
                continue
            if len(its) == 1:
                if its[0][0] > ticket:
                    found += its
            else:
                found += _since(its, ticket)
        found.sort(key=_when)
        return found


def _since(news: Sequence[N], ticket: int) -> list[N]:
    """The newest of what has a number, in their order, back to the ticket."""
    found: list[N] = []
    for one in reversed(news):
        if one[0] <= ticket:
            break
        found.append(one)
    found.reverse()
    return found


pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(Told).decode
