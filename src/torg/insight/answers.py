"""Whether the house answers: what others said to its accounts in public, and when the first answer came.

The house: its team accounts, and whoever holds a role in the network. Something is said to it by a public post that
mentions one of these accounts, or replies to a post of theirs; it is answered by the first reply of any of them. Time
is counted by the clock, nights and weekends too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

import msgspec

from torg.accounts.store import tenant
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, NetworkKind, Permission
from torg.kernel.errors import Forbidden
from torg.kernel.ids import id_at

OFFICE = Permission.VIEW_REPORTS | Permission.VIEW_DASHBOARD
MOST = 5000
"""What is said to the house is looked at as far back as this many posts."""
OLD = timedelta(days=90)
"""Replies to posts that are older than the time looked at are counted up to this age."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A post to the house. `answered_at` None: nobody of the house has replied to it."""

    id: int
    account_id: int
    created_at: datetime
    answered_at: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long the first answer took."""
        return None if self.answered_at is None else max(0.0, (self.answered_at - self.created_at).total_seconds())


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """`share` from 0 to 1, `median` in seconds; None where nothing was said or answered. `capped`: there was more."""

    said: int
    answered: int
    share: float | None
    within_day: int
    median: float | None
    capped: bool


async def said(tx: Tx, actor: Actor, since: datetime) -> list[Said]:
    """What was said to the house from a moment on, the latest first. Of a public network alone."""
    if not actor.may(OFFICE) or actor.network_kind is not NetworkKind.PUBLIC:
        raise Forbidden
    params = {**tenant(tx), "first": id_at(since), "older": id_at(since - OLD), "most": MOST}
    return await tx.all(SAID, params, as_=Said)


def figures(found: Sequence[Said]) -> Figures:
    times = [one.seconds for one in found if one.seconds is not None]
    return Figures(
        said=len(found),
        answered=len(times),
        share=len(times) / len(found) if found else None,
        within_day=sum(seconds <= 86_400 for seconds in times),
        median=median(times) if times else None,
        capped=len(found) == MOST,
    )


SAID = """
WITH house AS (
    SELECT id FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND host = '' AND state = 'active'
    AND (kind = 'team' OR role_id IS NOT NULL)
), found AS (
    SELECT m.post_id AS id FROM house h
    JOIN post_mentions m ON m.org_id = %(org)s AND m.account_id = h.id AND m.post_id >= %(first)s
    UNION
    SELECT r.id FROM house h JOIN posts o ON o.org_id = %(org)s AND o.account_id = h.id AND o.id >= %(older)s
    JOIN posts r ON r.org_id = %(org)s AND r.reply_to_id = o.id AND r.id >= %(first)s
)
SELECT p.id, p.account_id, p.created_at, (
    SELECT min(q.created_at) FROM posts q
    WHERE q.org_id = p.org_id AND q.reply_to_id = p.id AND q.audience = 'everyone'
    AND q.account_id IN (SELECT id FROM house)) AS answered_at
FROM found f JOIN posts p ON p.org_id = %(org)s AND p.id = f.id
WHERE p.network_id = %(network)s AND p.audience = 'everyone' AND p.boost_of_id IS NULL
AND p.account_id NOT IN (SELECT id FROM house)
ORDER BY p.id DESC LIMIT %(most)s
"""
