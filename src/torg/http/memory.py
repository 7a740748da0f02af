"""Answers remembered as finished bytes, until something that they depend on is touched (docs/decisions/0012)."""

from __future__ import annotations

import random
import re
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from torg.engine.changes import changes
from torg.engine.keys import IDS, Key, mine, tenant
from torg.http.limits import caller

if TYPE_CHECKING:
    from starlette.responses import Response

    from torg.http.call import Call
    from torg.http.depends import Growing

MOST_SECONDS = 60.0
GROWN_SECONDS = 3600.0
"""Of a page that grows, where no other machine writes what only its log tells."""
MOST_HEADS = 1_000
LARGEST = 512 * 1024
OVERHEAD = 1024
EACH_KEY = 100
SHOWN = re.compile(rb'"(\d{1,19})"')
CLOCK = b'expires_at":"'
"""Stands in what changes by the clock: a look for it takes a sixth of the time of"""
ENDS = re.compile(rb'"[a-z_]*expires_at":"([^"]{10,40})"')
"""when that is."""
EACH_TIME = frozenset({b"x-request-id", b"x-ratelimit-limit", b"x-ratelimit-remaining", b"x-ratelimit-reset"})
GROWS = frozenset({b"content-length", b"link"})


class Raw:
    """A request as it came. `whole`: these bytes are one request and nothing else, on a connection that stays."""

    __slots__ = ("data", "ip", "ticket", "whole")

    def __init__(self, ip: str, data: bytes) -> None:
        self.ip = ip
        self.data = data
        self.whole = False
        self.ticket = changes.ticket()


class Remembered:
    """An answer: `head` without what is said anew each time (date, request id, limits), and the body.

    Of a page that grows: `growing`, which makes the body, and of the head what does not change with it.
    """

    __slots__ = ("body", "caller", "follows", "growing", "head", "key", "keys", "ticket", "until")

    def __init__(
        self, key: tuple[str, bytes], head: bytes, body: bytes | Growing, who: str, keys: frozenset[Key],
        follows: Mapping[int, Any], ticket: int, until: float,
    ) -> None:  # fmt: skip
        self.key = key
        self.head = head
        self.body = body if isinstance(body, bytes) else b""
        self.growing = body if not isinstance(body, bytes) else None
        self.caller = who
        self.keys = keys
        self.follows = follows
        self.ticket = ticket
        self.until = until

    @property
    def size(self) -> int:
        """About what it takes. `follows` is what the timelines keep of the viewer, shared by all answers."""
        grown = self.growing.weight if self.growing is not None else 0
        return len(self.key[1]) + len(self.head) + len(self.body) + grown + OVERHEAD + EACH_KEY * len(self.keys)

    @property
    def holds(self) -> bool:
        """Whether it may be given, now that a page that grows has taken in what happened."""
        if time.time() >= self.until:
            return False
        if changes.ticket() == self.ticket:
            return True
        if self.growing is None:
            return changes.unchanged(self.ticket, self.keys, self.follows)
        return changes.steady(self.ticket, self.keys, self.follows) and self.growing.advance(self.ticket) is not None

    def answer(self) -> tuple[bytes, bytes]:
        """The head as far as it is remembered, and the body."""
        if self.growing is None:
            return self.head, self.body
        link, body = self.growing.answer()
        said = b"%bcontent-length: %d\r\n" % (self.head, len(body))
        return (b"%blink: %b\r\n" % (said, link) if link else said), body


class Memory:
    """By the caller's address and the request's bytes: whatever an answer may depend on of a request is in them.

    `most`: bytes. `alone`: no other machine writes.
    """

    def __init__(self, most: int, *, alone: bool = False) -> None:
        self.most = most
        self._alone = alone
        self._heads: dict[bytes, bytes] = {}
        self.size = 0
        self.hits = 0
        self._entries: OrderedDict[tuple[str, bytes], Remembered] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, ip: str, data: bytes) -> Remembered | None:
        """The answer, if nothing that it depends on has changed."""
        entry = self._entries.get((ip, data))
        if entry is None:
            return None
        if not entry.holds:
            self._drop(entry)
            return None
        entry.ticket = changes.known
        self._entries.move_to_end(entry.key)
        self.hits += 1
        return entry

    def keep(self, raw: Raw, call: Call, response: Response) -> None:
        """Remember an answer whose handler said what it depends on (`Call.remember`), if it may be."""
        actor, network, depends = call.actor, call.network, call.depends
        if depends is None or not raw.whole or response.status_code != 200 or call.route.limit is not None:
            return
        # What delegates may do ends by the clock
        if actor.delegated is not None or not isinstance(body := response.body, bytes) or len(body) > LARGEST:
            return
        if any(name == b"set-cookie" for name, _ in response.raw_headers):
            return
        growing, keys = depends.growing, depends.keys.union(tenant(network.org_id))
        if actor.account_id is not None:
            keys |= {actor.account_id, mine(actor.account_id)}
        if growing is None:
            keys.update(int(one) & IDS for one in SHOWN.findall(body))
            holds = changes.unchanged(raw.ticket, keys, depends.follows)
        else:
            holds = changes.steady(raw.ticket, keys, depends.follows) and growing.advance(raw.ticket) is not None
        if not holds:
            return
        longest = GROWN_SECONDS if self._alone and growing is not None else MOST_SECONDS
        longest *= random.uniform(0.5, 1)  # what came together does not go together
        until = min([time.time() + longest, *_ends(body), *depends.until])
        if actor.ends_at is not None:
            until = min(until, actor.ends_at.timestamp())
        self._put(
            Remembered(
                (raw.ip, raw.data), self._head(response, EACH_TIME if growing is None else EACH_TIME | GROWS),
                body if growing is None else growing, caller(actor, call.client_ip), frozenset(keys), depends.follows,
                changes.known, until,
            )
        )  # fmt: skip

    def _head(self, response: Response, without: frozenset[bytes]) -> bytes:
        """The first line and the headers but for some; the same bytes for all answers with the same."""
        found = b"".join(b"%b: %b\r\n" % one for one in response.raw_headers if one[0].lower() not in without)
        head = b"HTTP/1.1 200 OK\r\n" + found
        if len(self._heads) > MOST_HEADS:
            self._heads.clear()
        return self._heads.setdefault(head, head)

    def forget(self) -> None:
        """Know nothing any more, as after a start."""
        self._entries.clear()
        self.size = 0

    def _put(self, entry: Remembered) -> None:
        if (old := self._entries.get(entry.key)) is not None:
            self._drop(old)
        self._entries[entry.key] = entry
        self.size += entry.size
        while self.size > self.most:
            self._drop(next(iter(self._entries.values())))

    def _drop(self, entry: Remembered) -> None:
        del self._entries[entry.key]
        self.size -= entry.size


def _ends(body: bytes) -> Iterable[float]:
    """When polls, filters and mutes that are shown end, as far as that is to come."""
    now = datetime.now(UTC)
    for text in set(ENDS.findall(body)) if CLOCK in body else ():
        try:
            end = datetime.fromisoformat(text.decode())
        except ValueError:
            continue
        if end > now:
            yield end.timestamp()
