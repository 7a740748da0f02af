"""What the home rules need to know of a viewer, by one statement."""

from __future__ import annotations

from datetime import datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from torg.engine.postgres import Row, Tx
from torg.kernel.clock import now
from torg.timelines.rules import Follow, Item, Viewer, in_home

FACTS = """
    (SELECT string_agg(int8send(f.target_id), '' ORDER BY f.target_id) FROM follows f WHERE f.org_id = %(org)s
        AND f.network_id = %(network)s AND f.account_id = %(viewer)s) AS follows,
    (SELECT json_agg(json_build_array(f.target_id, f.show_boosts, f.languages)) FROM follows f WHERE f.org_id = %(org)s
        AND f.network_id = %(network)s AND f.account_id = %(viewer)s
        AND (NOT f.show_boosts OR f.languages IS NOT NULL)) AS choosy,
    ARRAY(SELECT x.target_id FROM mutes x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
            AND (x.expires_at IS NULL OR x.expires_at > now())
        UNION SELECT x.target_id FROM blocks x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s) AS hidden,
    (SELECT min(x.expires_at) FROM mutes x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
        AND x.expires_at > now()) AS until,
    ARRAY(SELECT x.account_id FROM blocks x WHERE x.org_id = %(org)s AND x.target_id = %(viewer)s) AS blockers,
    ARRAY(SELECT t.name FROM tag_follows tf JOIN tags t ON t.org_id = tf.org_id AND t.id = tf.tag_id
        WHERE tf.org_id = %(org)s AND tf.network_id = %(network)s AND tf.account_id = %(viewer)s) AS tags,
    ARRAY(SELECT m.account_id FROM lists l JOIN list_members m ON m.org_id = l.org_id AND m.list_id = l.id
        WHERE l.org_id = %(org)s AND l.account_id = %(viewer)s AND l.exclusive) AS exclusive,
    ARRAY(SELECT d.domain FROM domain_blocks d WHERE d.org_id = %(org)s AND d.account_id = %(viewer)s) AS servers,
    EXISTS (SELECT FROM filters x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s) AS filters"""
STATE = f"SELECT {FACTS}"

PLAIN = Follow()
MOST_NUMBERS = 1_000_000
_numbers: dict[int, int] = {}
"""The same object for the same person: whom many follow takes 32 bytes once, and is found without reading it."""


class Known(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A viewer as of the last event that named it. `followed`: sorted ids of whom it follows, and itself.

    `filters`: whether it has any, be they in force or not.
    """

    viewer: Viewer
    blockers: frozenset[int]
    followed: NDArray[np.int64]
    until: datetime | None
    filters: bool

    @property
    def is_plain(self) -> bool:
        """Whether what those write to all their followers whom it follows without conditions stands in its home."""
        viewer = self.viewer
        return not (viewer.hidden or viewer.exclusive or viewer.guest or self.blockers)

    @property
    def holds(self) -> bool:
        """Whether no mute has run out since."""
        return self.until is None or self.until > now()

    def as_of(self, *, company: bool, guest: bool) -> Known:
        """With what is asked at each read."""
        return msgspec.structs.replace(self, viewer=msgspec.structs.replace(self.viewer, company=company, guest=guest))

    def sees(self, item: Item) -> bool:
        """Whether the item stands in the viewer's home."""
        blocked = (
            self.blockers
            and item.author != self.viewer.account_id
            and not self.blockers.isdisjoint((item.author, item.boosted_author, item.group))
        )
        return not blocked and in_home(self.viewer, item)


async def load(tx: Tx, viewer: int) -> Known:
    """What the database says now; `company` and `guest` are asked with every read, since no event tells of them."""
    row = await tx.one(STATE, {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer})
    assert row is not None
    return made(viewer, row)


def made(viewer: int, row: Row) -> Known:
    """Of a row that has the `FACTS`."""
    ids = np.frombuffer(row["follows"] or b"", ">i8").astype("i8")
    if len(_numbers) > MOST_NUMBERS:
        _numbers.clear()
    follows = dict.fromkeys([_numbers.setdefault(one, one) for one in ids.tolist()], PLAIN)
    for target, show_boosts, languages in row["choosy"] or []:
        follows[target] = Follow(show_boosts, tuple(languages) if languages else None)
    return Known(
        viewer=Viewer(
            account_id=viewer,
            follows=follows,
            hidden=frozenset(row["hidden"]),
            tags=frozenset(row["tags"]),
            exclusive=frozenset(row["exclusive"]),
            servers=frozenset(row["servers"]),
        ),
        blockers=frozenset(row["blockers"]),
        followed=np.sort(np.append(ids, viewer)),
        until=row["until"],
        filters=row["filters"],
    )
