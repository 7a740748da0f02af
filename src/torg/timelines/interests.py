"""Whose posts a viewer's timelines could show: what a remembered answer depends on besides what stands in it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from torg.engine.changes import changes
from torg.engine.keys import Key, mine, posts, tag, tenant
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.timelines.store import COMPANY

MOST_KNOWN = 2_000
MOST_ENDS = 20_000
MOST_FOLLOWS = 500_000
"""Follows that are remembered, of all viewers together: some 50 MB."""


class Interests(msgspec.Struct, frozen=True, gc=False):
    """`follows`: accounts and groups, as keys. `until`: when the next mute or filter of the viewer ends.

    `company`: the home is the feed of all colleagues.
    """

    follows: Mapping[int, Any]
    keys: frozenset[Key]
    company: bool
    until: datetime | None
    ticket: int


class Row(msgspec.Struct, frozen=True):
    accounts: list[int]
    tags: list[str]
    company: bool
    until: datetime | None


ENDS = """least((SELECT min(m.expires_at) FROM mutes m WHERE m.org_id = %(org)s AND m.network_id = %(network)s
        AND m.account_id = %(viewer)s AND m.expires_at > now()),
    (SELECT min(x.expires_at) FROM filters x WHERE x.org_id = %(org)s AND x.network_id = %(network)s
        AND x.account_id = %(viewer)s AND x.expires_at > now()))"""
OF_VIEWER = f"""SELECT ARRAY(SELECT f.target_id FROM follows f WHERE f.org_id = %(org)s AND f.network_id = %(network)s
        AND f.account_id = %(viewer)s) AS accounts,
    ARRAY(SELECT t.name FROM tag_follows tf JOIN tags t ON t.org_id = tf.org_id AND t.id = tf.tag_id
        WHERE tf.org_id = %(org)s AND tf.network_id = %(network)s AND tf.account_id = %(viewer)s) AS tags,
    coalesce({COMPANY.format(viewer="%(viewer)s")}, false) AS company, {ENDS} AS until"""

_known: OrderedDict[tuple[str, int], Interests] = OrderedDict()
_weight = 0
_ends: dict[tuple[str, int], tuple[datetime | None, int]] = {}


async def of_home(tx: Tx, actor: Actor) -> Interests:
    """What may change the actor's home. From memory, unless something of the actor's own was touched."""
    if (known := at_hand(tx, actor)) is not None:
        return known
    ticket = changes.ticket()
    row = await tx.one(OF_VIEWER, {"org": actor.org_id, "network": actor.network_id, "viewer": actor.me}, as_=Row)
    assert row is not None
    return learn(tx, actor, dict.fromkeys(row.accounts), row.tags, row.until, company=row.company, ticket=ticket)


def at_hand(tx: Tx, actor: Actor) -> Interests | None:
    """What is known of the actor's home, if it still holds."""
    key = (tx.database, actor.me)
    known = _known.get(key)
    if known is None:
        return None
    if (known.until is None or known.until > now()) and changes.unchanged(known.ticket, _own(actor)):
        _known.move_to_end(key)
        return known
    _forget(key)
    return None


def learn(
    tx: Tx, actor: Actor, follows: Mapping[int, Any], tags: Iterable[str], until: datetime | None, *,
    company: bool, ticket: int,
) -> Interests:  # fmt: skip
    """Know from now on what was read since the ticket."""
    global _weight
    key = (tx.database, actor.me)
    if key in _known:  # another read was faster
        _forget(key)
    keys = {tag(actor.network_id, name) for name in tags}
    if company:
        keys.add(posts(actor.network_id))
    found = Interests(follows, frozenset(keys), company, until, ticket)
    _known[key] = found
    _weight += len(found.follows)
    while len(_known) > MOST_KNOWN or (_weight > MOST_FOLLOWS and len(_known) > 1):
        _forget(next(iter(_known)))
    return found


def _forget(key: tuple[str, int]) -> None:
    global _weight
    _weight -= len(_known.pop(key).follows)


async def ends(tx: Tx, actor: Actor) -> datetime | None:
    """When the next mute or filter of the actor ends; None for nobody, or if none does."""
    if actor.account_id is None:
        return None
    key = (tx.database, actor.account_id)
    known = _ends.get(key)
    if known is not None and (known[0] is None or known[0] > now()) and changes.unchanged(known[1], _own(actor)):
        return known[0]
    ticket = changes.ticket()
    found: datetime | None = await tx.value(
        f"SELECT {ENDS}", {"org": actor.org_id, "network": actor.network_id, "viewer": actor.me}
    )
    _ends[key] = (found, ticket)
    if len(_ends) > MOST_ENDS:
        del _ends[next(iter(_ends))]
    return found


def _own(actor: Actor) -> frozenset[Key]:
    return frozenset((*tenant(actor.org_id), actor.me, mine(actor.me)))


async def of_list(tx: Tx, actor: Actor, list_id: int) -> Mapping[int, Any]:
    """Whose posts may come into a list of the actor's."""
    return dict.fromkeys(
        await tx.column(
            "SELECT account_id FROM list_members WHERE org_id = %s AND network_id = %s AND list_id = %s",
            (actor.org_id, actor.network_id, list_id),
        )
    )
