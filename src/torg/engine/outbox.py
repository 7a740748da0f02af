"""The outbox: an event is stored in the transaction of what caused it, so neither exists without the other.

`relay.py` moves the rows into `event_log` in commit order. A row keeps the id of its transaction (`xid`),
since an id order alone would lose a transaction that commits late (DESIGN §3).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from torg.engine.changes import changes
from torg.engine.postgres import Tx, json
from torg.kernel.events import Event, kind_of

INSERT = "INSERT INTO outbox (org_id, network_id, kind, payload) VALUES (%s, %s, %s, %s)"


class Waker:
    """Tells the relay of this process that a commit left rows for it. Never fails, never waits.

    Without a relay in the process (a command, a second server) the relay elsewhere finds the rows by its
    poll: a NOTIFY in the writing transaction would queue all commits behind one lock (DESIGN §3).
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def __call__(self) -> None:
        for listener in self._listeners:
            listener()

    def add(self, loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> Callable[[], None]:
        """Set `event` of `loop` at each wake; returns what takes it out again."""

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

        self._listeners.append(wake)
        return lambda: self._listeners.remove(wake) if wake in self._listeners else None

    def also(self, call: Callable[[], None]) -> None:
        """Call this, too, at each wake, for as long as the process lives (engine/bells.py)."""
        self._listeners.append(call)


class SettingsChanged(Event, frozen=True):
    """Settings, roles, logins or anything else that no event of its own tells of: what is remembered is out of date."""


class PersonalChanged(Event, frozen=True):
    """Bookmarks, markers, notes or drafts of an account: nobody else sees them."""

    account_id: int


wake = Waker()
changes.wake = wake


async def append(tx: Tx, event: Event, *, org_id: int | None = None, network_id: int | None = None) -> None:
    """Store an event with the present transaction; the relay is woken once that has committed.

    The tenant is the transaction's own; a system transaction, or one over several networks, names it.
    """
    await append_all(tx, [event], org_id=org_id, network_id=network_id)


async def append_all(
    tx: Tx, events: Iterable[Event], *, org_id: int | None = None, network_id: int | None = None
) -> None:
    """Store several events, in their order, with one round trip."""
    org_id, network_id = tenant(tx, org_id, network_id)
    events = list(events)
    rows = [(org_id, network_id, kind_of(event), json(event)) for event in events]
    if not rows:
        return
    if len(rows) == 1:
        await tx.run(INSERT, rows[0])
    else:
        await tx.many(INSERT, rows)
    stored(tx, events, org_id, network_id)


def stored(tx: Tx, events: Iterable[Event], org_id: int, network_id: int) -> None:
    """Tell this process of events, once they are durable: for whoever wrote their rows without `append`."""
    for event in events:
        tx.after_commit(partial(changes.happened, org_id, network_id, kind_of(event), event))
    tx.after_commit(wake)


def told(events: Iterable[Event], org_id: int, network_id: int) -> None:
    """Tell this process of events that are durable: for whoever wrote their rows in a transaction without a Tx."""
    for event in events:
        changes.happened(org_id, network_id, kind_of(event), event)
    wake()


def tenant(tx: Tx, org_id: int | None, network_id: int | None) -> tuple[int, int]:
    """The organisation and the network that a row belongs to: as named, else as the transaction's scope says."""
    if org_id is None:
        org_id = tx.scope.org_id
    if network_id is None:
        networks = tx.scope.network_ids
        if len(networks) != 1:
            raise ValueError(f"name the network: the transaction reads {len(networks)} of them")
        network_id = networks[0]
    return org_id, network_id
