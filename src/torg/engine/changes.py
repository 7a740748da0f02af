"""What changed, as each process has to know it: whoever remembers an answer depends on keys made here.

Fed at each commit of this process (the events it stored and the tables it wrote), by what other processes of the
machine did (engine/rings.py), and by the log for what other machines did. docs/decisions/0012 tells why.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from torg.engine import rings
from torg.engine.touched import NEW_POSTS, OWN, OWNED, QUIET, TOLD, TOUCHED, UNSEEN

if TYPE_CHECKING:
    from torg.kernel.actor import Scope

Key = int
"""An id of whatever has one, as it is; everything else has a number above all ids."""
Listener = Callable[[Sequence[Key]], None]

KIND = 61
IDS = (1 << KIND) - 1
EVERYTHING: Key = rings.EVERYTHING
"""Whatever any network of the installation shows."""
BY, MINE, NAMED, WHOLE, TOLD_OF = (kind << KIND for kind in (1, 2, 3, 4, 7))
REMEMBERED = 65_536
"""Touched keys that are told apart; whoever began before the oldest of them learns that all may have changed."""
MOST_BEHIND = 4096
MOST_HEARD = 16_384
ANNOUNCED, PERSONAL = "SettingsChanged", "PersonalChanged"

WRITES = re.compile(
    r"\b(?:INSERT\s+INTO|(?<!FOR )(?<!DO )(?<!KEY )UPDATE(?:\s+ONLY)?|DELETE\s+FROM|MERGE\s+INTO|COPY|TRUNCATE)"
    r"\s+([a-z_]+)",
    re.IGNORECASE,
)


def by(account: int) -> Key:
    """What an account writes, or what is written in a group: for homes and lists, which need not know the rest."""
    return BY | account & IDS


def mine(account: int) -> Key:
    """What only an account itself sees: its marks, filters, notices, whom it mutes."""
    return MINE | account & IDS


@lru_cache(maxsize=65_536)
def named(*parts: int | str) -> Key:
    """The key of something by its kind and name; the same in every process."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return NAMED | int.from_bytes(digest, "little") & IDS


def tag(network: int, name: str) -> Key:
    """What is written with a tag in a network."""
    return named("tag", network, name.lower())


def posts(network: int) -> Key:
    """Whatever is written in a network."""
    return named("posts", network)


def people(network: int) -> Key:
    """How many accounts a network has."""
    return named("people", network)


def settings(org: int) -> Key:
    """What no event of its own tells of, in an organisation."""
    return named("settings", org)


def whole(org: int) -> Key:
    """Whatever an organisation shows."""
    return WHOLE | named("org", org) & IDS


def is_whole(key: Key) -> bool:
    """Whether that is all of an organisation, or of the installation."""
    return key >> KIND == WHOLE >> KIND


def tenant(org: int) -> tuple[Key, Key]:
    """What every answer of an organisation depends on: settings, roles, logins and what is not told apart."""
    return EVERYTHING, whole(org)


@lru_cache(maxsize=4096)
def written(sql: str) -> frozenset[str]:
    """The tables that a statement writes, without the quiet ones."""
    if sql.lstrip().startswith(UNSEEN):
        return frozenset()
    return frozenset(table.lower() for table in WRITES.findall(sql)) - QUIET


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
        self._heard: OrderedDict[Key, int] = OrderedDict()
        self._listeners: list[Listener] = []
        self._rings: rings.Rings | None = None
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
        self._rings = rings.Rings(folder / "touched")

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call with the keys of each touch from now on; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def ticket(self) -> int:
        """Take one before the first read of whatever is to be remembered."""
        if self._rings is not None:
            for keys in self._rings.news():
                self._note(keys)
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
        self.touch([*keys, fingerprint(org, network, kind, keys)])

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

    def _note(self, keys: Sequence[Key]) -> None:
        recent, last = self._recent, self._last
        for key in keys:
            if key >= TOLD_OF:
                self._heard[key] = self._heard.get(key, 0) + 1
                if len(self._heard) > MOST_HEARD:
                    self._heard.popitem(last=False)
                continue
            self._seq += 1
            recent.append(key)
            last[key] = self._seq
            if len(recent) > REMEMBERED:
                oldest = recent.popleft()
                if last.get(oldest) == self._seq - REMEMBERED:
                    del last[oldest]
        for listener in tuple(self._listeners):
            listener(keys)


def keys_of(org: int, network: int, kind: str, payload: Any) -> list[Key]:
    """What an event touches: a kind that no table of engine/touched.py has, all of its organisation."""
    fields, owned = TOUCHED.get(kind), OWNED.get(kind, ())
    if fields is None:
        if not org:
            return [EVERYTHING]
        return [whole(org), settings(org)] if kind == ANNOUNCED else [whole(org)]
    said: Mapping[str, Any] = payload if isinstance(payload, Mapping) else msgspec.structs.asdict(payload)
    keys = [one & IDS for one in _ids(said, fields)]
    keys += [mine(one) for one in _ids(said, owned)]
    if kind in NEW_POSTS:
        keys += [by(one) for one in _ids(said, ("account_id", "group_id"))]
        keys += [tag(network, one) for one in said.get("tags") or ()]
        keys.append(posts(network))
    if kind == "AccountCreated":
        keys.append(people(network))
    return list(dict.fromkeys(keys)) or [whole(org)]


def _ids(said: Mapping[str, Any], fields: Iterable[str]) -> Iterable[int]:
    for name in fields:
        value = said.get(name)
        if isinstance(value, list | tuple):
            yield from value
        elif value is not None:
            yield value


def fingerprint(org: int, network: int, kind: str, keys: Iterable[Key]) -> Key:
    """By which an event of this machine is known again when it comes by the log."""
    parts = repr((org, network, kind, sorted(keys))).encode()
    return TOLD_OF | int.from_bytes(hashlib.blake2b(parts, digest_size=8).digest(), "little") & IDS


def untold(scope: Scope | None, tables: Iterable[str]) -> list[tuple[int, int, str, dict[str, int]]]:
    """(organisation, network, kind, payload) of what has to stand in the log besides a transaction's own events."""
    tables = set(tables)
    loud = tables - OWN - {"outbox"} - (TOLD if "outbox" in tables else frozenset())
    own = tables & OWN
    if scope is None:
        return [(0, 0, ANNOUNCED, {})] if loud or own else []
    if loud or (own and not scope.viewer):
        return [(scope.org_id, network, ANNOUNCED, {}) for network in scope.network_ids[:1]]
    if own and scope.viewer:
        return [(scope.org_id, scope.network_ids[0], PERSONAL, {"account_id": scope.viewer})]
    return []


changes = Changes()
