"""Those who watch one network: by topic, and with what is remembered of them between batches."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from torg.live.connection import Connection
from torg.live.crowd import Crowd, Reach
from torg.live.model import EVERYTHING, LIST, SEARCH, Topic

INTRICATE = frozenset({LIST, SEARCH, EVERYTHING})
"""Streams whose posts depend on more than who wrote them."""


Look = tuple[str, bool, bool]
"""Origin, whether anonymous, whether the author: what makes a plain post look different."""
Circle = Sequence[tuple[Topic, Look, list[Connection]]]


class Present(NamedTuple):
    """Who is there at a moment; whoever comes later is in another one. `simple` and `intricate` are all of `all`."""

    all: Sequence[Connection]
    simple: Mapping[Topic, Sequence[Connection]]
    accounts: frozenset[int]
    """Of the simple ones."""
    intricate: Sequence[Connection]
    circles: dict[Reach, Circle]
    """Whom posts reach, put in order, by what the crowd remembers: which is another when it may have changed."""


class Room:
    """The readers of one network."""

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self.crowd = Crowd()
        self.meeting: asyncio.Task[None] | None = None
        """What learns of those who came."""
        self._present: Present | None = None

    def changed(self) -> None:
        """Somebody came, went, caught up or watches something else."""
        self._present = None

    def present(self) -> Present:
        """Those who are live now, put in order again only after a change."""
        if self._present is None:
            self._present = self._ordered()
        return self._present

    def _ordered(self) -> Present:
        here = [one for one in self.connections if one.live and one.closed is None]
        simple: dict[Topic, list[Connection]] = {}
        intricate: list[Connection] = []
        accounts: set[int] = set()
        for connection in here:
            for topic in connection.topics:
                if topic.name in INTRICATE:
                    intricate.append(connection)
                    break
            else:
                for topic in connection.topics:
                    if topic in simple:
                        simple[topic].append(connection)
                    else:
                        simple[topic] = [connection]
                if (account := connection.actor.account_id) is not None:
                    accounts.add(account)
        return Present(here, simple, frozenset(accounts), intricate, {})
