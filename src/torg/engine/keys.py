"""Names of what can change: whoever remembers an answer depends on keys made here (engine/changes.py).

Also what an event touches, and what a transaction has to tell besides its events, by the tables of engine/touched.py.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from torg.engine import rings
from torg.engine.touched import (
    GONE_POSTS,
    NEW_PEOPLE,
    NEW_POSTS,
    OWN,
    OWNED,
    QUIET,
    STANDING,
    TOLD,
    TOUCHED,
    UNSEEN,
    UNSEEN_EVENTS,
    WRITERS,
)

if TYPE_CHECKING:
    from torg.kernel.actor import Scope

Key = int
"""An id of whatever has one, as it is; everything else has a number above all ids."""

Said = Callable[[str], Any]

KIND = 61
IDS = (1 << KIND) - 1
EVERYTHING: Key = rings.EVERYTHING
"""Whatever any network of the installation shows."""
BY, MINE, NAMED, WHOLE, LOGIN, TOLD_OF = (kind << KIND for kind in (1, 2, 3, 4, 5, 7))  # 6: rings.NEWS
GONE = LOGIN | 1 << (KIND - 1)
"""Beside the logins: no id is that great."""
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


def login(account: int) -> Key:
    """Whether and as what somebody may act with an account: for its tokens, which posts and follows leave alone."""
    return LOGIN | account & IDS


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


def gone(network: int) -> Key:
    """Whatever is taken away in a network: how many posts it has, besides `posts`."""
    return GONE | network & IDS >> 1


def is_gone(key: Key) -> bool:
    """Whether something was taken away in some network."""
    return key >> KIND - 1 == GONE >> KIND - 1


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


def keys_of(org: int, network: int, kind: str, payload: Any) -> list[Key]:
    """What an event touches: a kind that no table of engine/touched.py has, all of its organisation."""
    fields, owned = TOUCHED.get(kind), OWNED.get(kind, ())
    if fields is None:
        if kind in UNSEEN_EVENTS:
            return []
        if not org:
            return [EVERYTHING]
        return [whole(org), settings(org)] if kind == ANNOUNCED else [whole(org)]
    said: Said = payload.get if isinstance(payload, Mapping) else lambda name: getattr(payload, name, None)
    keys = [one & IDS for one in _ids(said, fields)]
    if owned:
        keys += [mine(one) for one in _ids(said, owned)]
    if kind not in STANDING:
        keys += [login(one) for one in _ids(said, [name for name in fields if name == "account_id"])]
    if kind in NEW_POSTS:
        keys += [by(one) for one in _ids(said, WRITERS)]
        keys += [tag(network, one) for one in said("tags") or ()]
        keys.append(posts(network))
    if kind in GONE_POSTS:
        keys.append(gone(network))
    if kind in NEW_PEOPLE:
        keys.append(people(network))
    return list(dict.fromkeys(keys)) or [whole(org)]


def _ids(said: Said, fields: Iterable[str]) -> Iterable[int]:
    for name in fields:
        value = said(name)
        if isinstance(value, list | tuple):
            yield from value
        elif value is not None:
            yield value


def fingerprint(org: int, network: int, kind: str, keys: Iterable[Key]) -> Key:
    """By which an event of this machine is known again when it comes by the log: numbers are hashed alike everywhere.

    Where one process runs another Python, it takes the event for news, as if it came from another machine.
    """
    return TOLD_OF | hash((org, network, _number(kind), *sorted(keys))) & IDS


@cache
def _number(kind: str) -> int:
    return zlib.crc32(kind.encode())


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
