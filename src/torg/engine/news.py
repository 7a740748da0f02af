"""Posts as news: what they change is known in every process of the machine, so nobody has to read it again.

A process that writes a post says beforehand what its event will tell (`Expected`). The others get it with the touches
that it tells of (engine/rings.py), put in bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

import msgspec

from torg.engine.keys import Key

MOST_NEWS = 8_192
MOST_LOOKS = 256
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


class Looks:
    """The last looks at what other processes touched: when, and the ticket after it."""

    def __init__(self) -> None:
        self._all: deque[tuple[float, int]] = deque(maxlen=MOST_LOOKS)

    def add(self, at: float, ticket: int) -> None:
        self._all.append((at, ticket))

    def known(self, at: float) -> int | None:
        """What was known then, or before that; None for what is too long ago."""
        return next((ticket for looked, ticket in reversed(self._all) if looked <= at), None)


class News:
    """The newest, with the ticket of each, in their order."""

    def __init__(self) -> None:
        self._when: list[int] = []
        self._authors: list[int] = []
        self._what: list[Post] = []
        self._by: dict[int, list[tuple[int, Post]]] = {}
        self._since = 0
        self._groups: deque[tuple[int, set[int]]] = deque()  # whose news came from that one on
        self._grouped = GROUP

    def add(self, when: int, author: int, news: Post) -> None:
        if self._grouped == GROUP:
            self._grouped = 0
            self._groups.append((when, set()))
            if len(self._groups) > MOST_NEWS // GROUP + 3:
                self._groups.popleft()
        self._grouped += 1
        self._groups[-1][1].add(author)
        self._when.append(when)
        self._authors.append(author)
        self._what.append(news)
        self._by.setdefault(author, []).append((when, news))
        if len(self._when) >= MOST_NEWS + GROUP:
            self._forget(GROUP)

    def by(self, author: int) -> Sequence[tuple[int, Post]]:
        """What is known of an author's, the oldest first."""
        return self._by.get(author, ())

    def since(
        self, ticket: int, follows: Mapping[int, Any] | None = None, others: Iterable[int] = ()
    ) -> list[tuple[int, Post]] | None:
        """(when, what) of those after the ticket, in their order; None if they are not all known any more.

        Of the authors in `follows` (of all if None), and in `others`, who are few and no keys of it.
        """
        if ticket < self._since:
            return None
        first = bisect_right(self._when, ticket)
        new = len(self._when) - first
        if not new:
            return []
        if follows is None:
            return list(zip(self._when[first:], self._what[first:], strict=True))
        more = self._of(others, ticket)
        if new <= len(follows):
            among = map(follows.__contains__, self._authors[first:])
            found = list(compress(zip(self._when[first:], self._what[first:], strict=True), among))
            if not more:
                return found
        else:
            found = self._of(self._wrote(ticket, follows), ticket)
        found += more
        found.sort(key=_when)
        return found

    def _wrote(self, ticket: int, follows: Mapping[int, Any]) -> set[int]:
        """Those of the followed who may have written since; not through all news, where those are more."""
        authors: set[int] = set()
        for first, group in reversed(self._groups):
            authors |= group.intersection(follows)
            if first <= ticket:
                break
        return authors

    def _of(self, authors: Iterable[int], ticket: int) -> list[tuple[int, Post]]:
        found: list[tuple[int, Post]] = []
        for author in authors:
            its = self._by.get(author)
            if its is None or its[-1][0] <= ticket:
                continue
            if its[0][0] > ticket:
                found += its
            else:
                found += its[bisect_right(its, ticket, key=_when) :]
        return found

    def _forget(self, oldest: int) -> None:
        self._since = self._when[oldest - 1]
        for author in self._authors[:oldest]:
            del self._by[author][0]
            if not self._by[author]:
                del self._by[author]
        del self._when[:oldest], self._authors[:oldest], self._what[:oldest]


pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(Told).decode
