"""What changed, as each process has to know it: whoever remembers an answer depends on keys (engine/keys.py).

Fed at each commit of this process (the events it stored and the tables it wrote), by what other processes of the
machine did (engine/rings.py), and by the log for what other machines did. docs/decisions/0012 tells why.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from torg.engine import rings
from torg.engine.keys import (
    EVERYTHING,
    IDS,
    KIND,
    TOLD_OF,
    Key,
    fingerprint,
    keys_of,
    mine,
    settings,
    untold,
    whole,
)
from torg.engine.news import MOST_NEWS, Expected, Looks, News, Post, Told, pack, unpack

if TYPE_CHECKING:
    from torg.kernel.actor import Scope

Listener = Callable[[Sequence[Key]], None]
REMEMBERED = 65_536
"""Touched keys that are told apart; whoever began before the oldest of them learns that all may have changed."""
MOST_BEHIND = 4096
MOST_HEARD = 16_384
NOBODY: Mapping[int, Any] = {}
PUBLISHED = "PostPublished"


class Logged(Protocol):
    """What is needed of a row of the log (engine/bus.py)."""

    @property
    def org_id(self) -> int: ...
    @property
    def network_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> Any: ...


class Changes:
    """The register of one process. `share` once at start, `read_log` as a reader of the bus."""

    def __init__(self) -> None:
        self._seq = 0
        self._recent: deque[Key] = deque()
        self._last: dict[Key, int] = {}
        self._odd: dict[Key, int] = {}  # as _last, without what news tell
        self._odd_by: dict[int, int] = {}  # of those, by what accounts
        self._oddest = 0  # the last of them
        self._expected: OrderedDict[int, Expected] = OrderedDict()
        self._news = News()
        self._looks = Looks()
        self._heard: OrderedDict[Key, int] = OrderedDict()
        self._listeners: list[Listener] = []
        self._rings: rings.Rings | None = None
        self._wanting = False
        self.unpack: Callable[[bytes], Post | None] = lambda packed: None
        """Makes news of what another process has packed; set by whoever writes posts."""
        self.wake: Callable[[], None] = lambda: None
        """Called when a transaction has left a row for the log; set by the outbox."""

    @property
    def known(self) -> int:
        """The ticket of the last look at what other processes did."""
        return self._seq

    def share(self, folder: Path) -> None:
        """Hear from now on of what other processes on this data folder touch, and tell them."""
        if self._rings is not None:
            self._rings.close()
        self._rings = rings.Rings(rings.place(folder))
        self._looks = Looks()
        self._looks.add(time.monotonic(), self._seq)
        self._wanting = False

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call with the keys of each touch from now on; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def ticket(self) -> int:
        """Take one before the first read of whatever is to be remembered."""
        if self._rings is not None and self._rings.changed:
            self._hear(self._rings)
        return self._seq

    def unchanged(self, ticket: int, keys: Collection[Key], follows: Collection[int] = ()) -> bool:
        """Whether nothing was touched since: no key (a set, for its speed), and nothing by the accounts of `follows`.

        If that is not known any more, False.
        """
        behind = self.ticket() - ticket
        if not behind:
            return True
        if behind > len(self._recent):
            return False
        if not follows and behind > len(keys):
            last = self._last
            return all(last.get(key, 0) <= ticket for key in keys)
        if behind > MOST_BEHIND:
            return False
        for key in islice(reversed(self._recent), behind):
            if key in keys or (key >> KIND == 1 and key & IDS in follows):
                return False
        return True

    def expect(
        self, post: int, news: Post, *, author: int, made_of: Collection[Key], ticket: int, but: Iterable[Key] = ()
    ) -> None:
        """When a post's event is durable, `news` tells all that it changes, but for what the keys of `but` name.

        `made_of`: what stands in the news, read since `ticket`. If that is touched before, the event is like any other.
        """
        self._expected[post] = Expected(news, author, made_of, ticket, frozenset(but))
        if len(self._expected) > MOST_NEWS:
            self._expected.popitem(last=False)

    def steady(self, ticket: int, keys: Collection[Key], follows: Mapping[int, Any] = NOBODY) -> bool:
        """As `unchanged`, where what `news` tell is no change."""
        behind = self.ticket() - ticket
        if not behind:
            return True
        if behind > len(self._recent):
            return False
        if self.calm(ticket):
            return True
        if not self.untouched(ticket, keys):
            return False
        by = self._odd_by
        return by.keys().isdisjoint(follows.keys()) or all(by[one] <= ticket for one in by.keys() & follows.keys())

    def calm(self, ticket: int) -> bool:
        """Whether since then there were but news, as far as was heard when `steady` was asked."""
        return self._oddest <= ticket

    def untouched(self, ticket: int, keys: Collection[Key]) -> bool:
        """As `steady`, of what was heard of when `steady` was asked, and where the ticket is not too old for it."""
        if self._oddest <= ticket:
            return True
        odd = self._odd
        return odd.keys().isdisjoint(keys) or all(odd.get(key, 0) <= ticket for key in keys)

    def news(
        self, ticket: int, follows: Mapping[int, Any] | None = None, others: Iterable[int] = ()
    ) -> list[tuple[int, Post]] | None:
        """(when, what) of the posts since, in their order; None if they are not all known any more.

        Of whom: see `News.since`. Other processes tell theirs from the first call on.
        """
        if not self._wanting:
            self._want()
        return self._news.since(ticket, follows, others)

    def news_by(self, author: int) -> Sequence[tuple[int, Post]]:
        """(when, what) of an author's newest, the oldest first."""
        if not self._wanting:
            self._want()
        return self._news.by(author)

    def touch(self, keys: Iterable[Key]) -> None:
        """These changed: for this process at once, and for the others of the machine before they next look."""
        touched = list(dict.fromkeys(keys))
        if not touched:
            return
        if self._rings is not None:
            self._rings.tell(touched)
        self._note(touched)

    def acted(self, account: int) -> None:
        """An account did something: it sees so in whichever process its next request lands."""
        self.touch([mine(account)])

    def everything(self, org: int | None) -> None:
        """All of an organisation may look different (None: of the installation)."""
        self.touch([EVERYTHING] if org is None else [whole(org), settings(org)])

    def happened(self, org: int, network: int, kind: str, payload: Any) -> None:
        """An event of this process, by its kind and fields, once it is durable."""
        keys = keys_of(org, network, kind, payload)
        mark = fingerprint(org, network, kind, keys)
        expected = self._expected.pop(payload.post_id, None) if self._expected and kind == PUBLISHED else None
        at = time.monotonic()
        if expected is None or not self.steady(expected.ticket, expected.made_of):
            self.touch([*keys, mark])
            return
        told, but = [key for key in keys if key not in expected.but], [key for key in keys if key in expected.but]
        if self._rings is not None:
            packed = b""
            if self._rings.wanted:
                packed = pack(Told(at, expected.author, list(expected.made_of), expected.news.packed()))
            self._rings.tell([*told, *but, mark], packed, len(told), len(but))
        self._note([*told, *but, mark], told)
        self._news.add(self._seq, expected.author, expected.news)

    async def read_log(self, rows: Sequence[Logged]) -> None:
        """A reader of the bus. What a process of this machine told of when it was committed is no news."""
        self.ticket()
        for row in rows:
            keys = keys_of(row.org_id, row.network_id, row.kind, row.payload)
            mark = fingerprint(row.org_id, row.network_id, row.kind, keys)
            if (count := self._heard.pop(mark, 0)) > 1:
                self._heard[mark] = count - 1
            if not count:
                self._note(keys)

    def wrote(self, scope: Scope | None, tables: Iterable[str]) -> None:
        """A transaction that wrote these tables is durable."""
        keys: list[Key] = []
        for org, network, kind, payload in untold(scope, tables):
            found = keys_of(org, network, kind, payload)
            keys += [*found, fingerprint(org, network, kind, found)]
        if keys:
            self.touch(keys)
            self.wake()

    def _hear(self, others: rings.Rings) -> None:
        """Note what other processes touched since the last look."""
        told: list[rings.Heard] = []
        for heard in others.news():
            if heard.news is None:
                self._note(heard.keys)
            else:
                told.append(heard)
        if told:
            found = [self._news_of(heard) for heard in told]
            for heard, news in zip(told, found, strict=True):
                self._note(heard.keys, heard.keys[: heard.told] if news is not None else ())
            for news in found:
                if news is not None:
                    self._news.add(self._seq, *news)
        self._looks.add(others.looked, self._seq)

    def _news_of(self, heard: rings.Heard) -> tuple[int, Post] | None:
        """Whose news they are, and what; asked when all else is noted that was heard with them.

        Whoever told them had looked before whether anything of which they are made was touched; of what was touched
        after that look it did not know. The rings are read one after the other, not in the order of time, so here all
        of it counts that was not known before that look.
        """
        if heard.news is None:
            return None
        try:
            told = unpack(heard.news)
        except msgspec.DecodeError:  # of another version
            return None
        known, odd = self._looks.known(told.at), self._odd
        if known is None or any(odd.get(key, 0) > known for key in (*told.made_of, *heard.keys[heard.told :])):
            return None
        news = self.unpack(told.news)
        return (told.author, news) if news is not None else None

    def _want(self) -> None:
        self._wanting = True
        if self._rings is not None:
            self._rings.want()

    def _note(self, keys: Sequence[Key], told: Collection[Key] = ()) -> None:
        recent, last, odd, by = self._recent, self._last, self._odd, self._odd_by
        for key in keys:
            if key >= TOLD_OF:
                self._heard[key] = self._heard.get(key, 0) + 1
                if len(self._heard) > MOST_HEARD:
                    self._heard.popitem(last=False)
                continue
            self._seq += 1
            recent.append(key)
            last[key] = self._seq
            if key not in told:
                odd[key] = self._oddest = self._seq
                if key >> KIND == 1:
                    by[key & IDS] = self._seq
            if len(recent) > REMEMBERED:
                oldest = recent.popleft()
                for found, known in ((last, oldest), (odd, oldest), (by, oldest & IDS if oldest >> KIND == 1 else -1)):
                    if found.get(known) == self._seq - REMEMBERED:
                        del found[known]
        for listener in tuple(self._listeners):
            listener(keys)


changes = Changes()
