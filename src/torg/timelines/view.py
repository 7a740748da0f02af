"""A home as a view: the network's log and the viewer as this process knows them, brought up to date at each read.

The read itself asks for what was written since (events that the relay has logged, and those that wait for it), so
it sees whatever was committed before it began: by this process or another, with or without a relay, and there is no
moment between loading and following at which something could be lost.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from torg.engine.changes import changes as touched
from torg.engine.postgres import Row, Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.page import Page, in_order
from torg.timelines import interests, viewers
from torg.timelines import log as logs
from torg.timelines.heard import changes
from torg.timelines.interests import ENDS, Interests
from torg.timelines.store import COMPANY, of_several

NETWORKS = 64
FOLLOWS = 1_000_000
"""How many follows are remembered per network, of all viewers together: some 100 MB at most, seldom reached."""
TRIES = 1_000
"""Candidates that the rules may refuse before PostgreSQL is asked instead: it looks from the other end."""
AT_ONCE = 500
HEARD_FOR = timedelta(days=1)
"""Far less than the log of events is kept (relay.trim)."""

END = "SELECT coalesce(max(seq), 0) FROM event_log WHERE org_id = %(org)s AND network_id = %(network)s"
LOGGED = "FROM event_log e WHERE e.org_id = %(org)s AND e.network_id = %(network)s AND e.seq > %(seq)s"
WAITING = "FROM outbox o WHERE o.org_id = %(org)s AND o.network_id = %(network)s"
# In the order of the index: by a bitmap (planned while few wait, as mostly) each reader would go through all rows that
# the relay has moved since the last vacuum, since only a plain scan of the index remembers that they are dead.
WAITING_IDS = f"ARRAY(SELECT o.id {WAITING} ORDER BY o.id)"
STATE = f"""SELECT EXISTS (SELECT {LOGGED}) AS news, {WAITING_IDS} AS waiting,
    coalesce({COMPANY.format(viewer="%(viewer)s")}, false) AS company,
    (SELECT g.guest FROM accounts g WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND g.id = %(viewer)s)
        AS guest"""
STATES = of_several(STATE)
FACTS = of_several(f"{STATE}, {viewers.FACTS}, {ENDS} AS ends")
# One statement, so one snapshot: what the relay moves meanwhile stands in one of the two.
NEWS = f"""SELECT {WAITING_IDS} AS waiting,
    (SELECT json_agg(json_build_array(e.seq, e.kind, e.payload) ORDER BY e.seq)
        FROM (SELECT e.seq, e.kind, e.payload {LOGGED} ORDER BY e.seq LIMIT {AT_ONCE}) e) AS logged,
    (SELECT json_agg(json_build_array(o.id, o.kind, o.payload)) FROM (SELECT o.id, o.kind, o.payload {WAITING}
        AND o.id <> ALL (%(applied)s::bigint[]) ORDER BY o.id) o) AS fresh"""


class Network:
    """What this process knows of one network."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.log: logs.Log | None = None
        self.seq = 0
        self.waiting: set[int] = set()
        self.known: OrderedDict[int, viewers.Known] = OrderedDict()
        self.weight = 0
        self.loading: dict[int, object] = {}
        self.heard_at = now()

    @property
    def stale(self) -> bool:
        """Whether there is nothing to bring up to date: not loaded, or so long ago that events are cleared away."""
        return self.log is None or now() - self.heard_at > HEARD_FOR

    def knows(self, viewer: int) -> bool:
        """Whether the viewer is known, and no mute of it has run out since."""
        return (known := self.known.get(viewer)) is not None and known.holds

    def forget(self, people: set[int]) -> None:
        for id_ in people:
            self.loading.pop(id_, None)
            self._drop(id_)

    def _drop(self, viewer: int) -> None:
        if (known := self.known.pop(viewer, None)) is not None:
            self.weight -= len(known.followed)

    def remember(self, known: viewers.Known) -> None:
        self._drop(known.viewer.account_id)
        self.known[known.viewer.account_id] = known
        self.weight += len(known.followed)
        while self.weight > FOLLOWS and len(self.known) > 1:
            self._drop(next(iter(self.known)))

    def forget_all(self) -> None:
        self.loading.clear()
        self.log, self.weight, self.waiting = None, 0, set()
        self.known.clear()


_networks: OrderedDict[tuple[str, int, int], Network] = OrderedDict()


async def home(tx: Tx, viewer: int, page: Page) -> list[int] | None:
    """The ids of a page of the home, newest first; None where PostgreSQL must say."""
    if len(tx.scope.network_ids) != 1:
        return None
    network = network_of(tx)
    await tx.steady()
    row = await tx.one(STATE, {**_tenant(tx), "viewer": viewer, "seq": network.seq})
    assert row is not None
    await _heed(tx, network, row)
    if network.log is None:
        return None
    known = network.known.get(viewer)
    if known is None or not known.holds:
        mark = network.loading[viewer] = object()  # gone if something of the viewer changes meanwhile
        known = await viewers.load(tx, viewer)
        if network.loading.get(viewer) is mark:
            del network.loading[viewer]
            network.remember(known)
    else:
        network.known.move_to_end(viewer)
    return _scan(network, known, page, company=row["company"], guest=row["guest"])


class Seen(msgspec.Struct, frozen=True):
    """A viewer as of a read in the transaction that is under way."""

    network: Network
    known: viewers.Known
    interests: Interests
    company: bool
    guest: bool

    def ids(self, page: Page) -> list[int] | None:
        """As `home`."""
        return _scan(self.network, self.known, page, company=self.company, guest=self.guest)


async def several(tx: Tx, actors: Mapping[int, Actor]) -> dict[int, Seen]:
    """What `home` reads, of several by account, by the statements of one; of whom it says nothing: `home`.

    In a transaction that sees what anybody in the network may see, at least.
    """
    network = network_of(tx)
    await tx.steady()
    ticket = touched.ticket()
    told = {id_: interests.at_hand(tx, actor) for id_, actor in actors.items()}
    unknown = {id_ for id_, one in told.items() if one is None or not network.knows(id_)}
    marks = {id_: network.loading.setdefault(id_, object()) for id_ in unknown}
    wanted = {**_tenant(tx), "viewers": list(actors), "seq": network.seq}
    rows = await tx.all(FACTS if unknown else STATES, wanted)
    if rows:
        await _heed(tx, network, rows[0])
    found: dict[int, Seen] = {}
    for row in rows:
        id_, interest = row["viewer"], told[row["viewer"]]
        if id_ in unknown:
            known = viewers.made(id_, row)
            if network.loading.get(id_) is marks[id_]:  # else something of the viewer changed meanwhile
                del network.loading[id_]
                network.remember(known)
            follows, tags, ends = known.viewer.follows, known.viewer.tags, row["ends"]
            interest = interests.learn(
                tx, actors[id_], follows, tags, ends, company=row["company"], ticket=ticket
            )
        elif network.knows(id_):
            known = network.known[id_]
            network.known.move_to_end(id_)
        else:
            continue
        if row["guest"] is not None and interest is not None:
            found[id_] = Seen(network, known, interest, row["company"], row["guest"])
    return found


async def _heed(tx: Tx, network: Network, row: Row) -> None:
    """Apply what was written since, if anything was."""
    if network.stale or row["news"] or not network.waiting.issuperset(row["waiting"]):
        async with network.lock:
            await _catch_up(tx, network)


def known(tx: Tx, viewer: int) -> viewers.Known | None:
    """What is known of the viewer, as of the `home` that was just read in this transaction."""
    return network_of(tx).known.get(viewer)


def network_of(tx: Tx) -> Network:
    """What this process knows of the transaction's network."""
    key = (tx.database, tx.scope.org_id, tx.scope.network_ids[0])
    network = _networks.setdefault(key, Network())
    _networks.move_to_end(key)
    if len(_networks) > NETWORKS:
        _networks.popitem(last=False)
    return network


def forget() -> None:
    """Know nothing any more, as after a start."""
    _networks.clear()


async def _catch_up(tx: Tx, network: Network) -> None:
    """Under the network's lock: what is read here is newer than whatever was applied before."""
    row = await tx.one(NEWS, {**_tenant(tx), "seq": network.seq, "applied": list(network.waiting)})
    assert row is not None
    logged, fresh = row["logged"] or [], row["fresh"] or []
    todo = changes([(kind, payload) for _, kind, payload in (*logged, *fresh)])
    if network.stale or todo.everything or len(logged) >= AT_ONCE:  # so many are not worth reading one by one
        network.forget_all()
        network.seq = await tx.value(END, _tenant(tx))
        network.log = await logs.load(tx)
    else:
        assert network.log is not None
        if todo.people:
            network.forget(todo.people)
        if todo.posts:
            await logs.reread(tx, network.log, todo.posts)
        if logged:
            network.seq = logged[-1][0]
    network.waiting = set(row["waiting"])
    network.heard_at = now()


def _scan(network: Network, known: viewers.Known, page: Page, *, company: bool, guest: bool) -> list[int] | None:
    log = network.log
    if log is None:  # forgotten while the viewer was loaded
        return None
    whose = known.as_of(company=company, guest=guest)
    viewer = whose.viewer
    found: list[int] = []
    refused = 0
    for item in log.candidates(page, known.followed, viewer.tags, company=company):
        if not whose.sees(item):
            refused += 1
            if refused > TRIES:
                return None
            continue
        found.append(item.id)
        if len(found) >= page.limit:
            break
    else:
        if not log.covers(page):
            return None
    if page.min_id is not None and page.min_id < log.floor:
        return None
    return in_order(page, found)


def _tenant(tx: Tx) -> dict[str, int]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}
