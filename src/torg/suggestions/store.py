"""SQL of suggestions and directory."""

from __future__ import annotations

from typing import Any, Literal, cast

from torg.engine.postgres import Tx
from torg.graph.reads import NOT_EXCLUDED, SEEN
from torg.kernel.actor import Permission
from torg.suggestions.model import Reason

TENANT = "org_id = %(org)s AND network_id = %(network)s"
FRIENDS, RECENT, PER_PERSON, MARKS, BEST = 200, 5, 50, 100, 300

# Each part costs a bounded number of rows, however many follow whom, and hands on its best few, so that the
# plan stays good even where PostgreSQL has no statistics yet (after an import, say).
NEW = "NOT IN (SELECT target_id FROM mine)"
TOP = f"ORDER BY weight DESC LIMIT {BEST}"
CANDIDATES = f"""
    WITH mine AS MATERIALIZED (
        SELECT target_id, id FROM follows WHERE {TENANT} AND account_id = %(me)s
        UNION ALL SELECT target_id, id FROM follow_requests WHERE {TENANT} AND account_id = %(me)s
        UNION ALL SELECT target_id, 0 FROM dismissed_suggestions WHERE {TENANT} AND account_id = %(me)s
        UNION ALL SELECT %(me)s, 0),
    friends AS MATERIALIZED (
        SELECT target_id, id FROM follows WHERE {TENANT} AND account_id = %(me)s ORDER BY id DESC LIMIT {FRIENDS}),
    found AS MATERIALIZED (
        (SELECT 'featured' AS reason, e.target_id AS id, count(*) AS weight FROM endorsements e
         JOIN accounts o ON o.org_id = e.org_id AND o.id = e.account_id
         JOIN roles r ON r.org_id = o.org_id AND r.id = o.role_id AND r.permissions & %(staff)s <> 0
         WHERE e.org_id = %(org)s AND e.network_id = %(network)s AND e.target_id {NEW} GROUP BY 2 {TOP})
      UNION ALL
        (SELECT 'friends_of_friends', t.target_id, count(*) AS weight FROM friends
         JOIN accounts o ON o.org_id = %(org)s AND o.id = friends.target_id AND NOT o.hide_collections
         CROSS JOIN LATERAL (SELECT f.target_id FROM follows f WHERE f.org_id = %(org)s
             AND f.account_id = friends.target_id ORDER BY f.id DESC LIMIT {FRIENDS}) t
         WHERE t.target_id {NEW} GROUP BY 2 {TOP})
      UNION ALL
        (SELECT 'similar_to_recently_followed', t.target_id, count(*) AS weight
         FROM (SELECT target_id FROM friends ORDER BY id DESC LIMIT {RECENT}) r
         CROSS JOIN LATERAL (SELECT f.account_id FROM follows f
             JOIN accounts o ON o.org_id = f.org_id AND o.id = f.account_id AND NOT o.hide_collections
             WHERE f.org_id = %(org)s AND f.target_id = r.target_id AND f.account_id <> %(me)s
             ORDER BY f.id DESC LIMIT {PER_PERSON}) alike
         CROSS JOIN LATERAL (SELECT f.target_id FROM follows f WHERE f.org_id = %(org)s
             AND f.account_id = alike.account_id ORDER BY f.id DESC LIMIT {PER_PERSON}) t
         WHERE t.target_id {NEW} GROUP BY 2 {TOP})
      UNION ALL
        (SELECT 'most_interactions', p.account_id, count(*) AS weight
         FROM (SELECT post_id FROM favourites WHERE {TENANT} AND account_id = %(me)s ORDER BY id DESC LIMIT {MARKS}) m
         JOIN posts p ON p.org_id = %(org)s AND p.id = m.post_id WHERE p.account_id {NEW} GROUP BY 2 {TOP})
      UNION ALL
        (SELECT 'most_followed', a.id, a.followers_count AS weight FROM accounts a
         WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.followers_count > 0 AND a.id {NEW}
         ORDER BY a.followers_count DESC LIMIT {BEST})
    )
    SELECT reason, id, weight FROM found
"""


def params(tx: Tx, me: int | None, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "me": me, **more}


async def candidates(tx: Tx, me: int) -> list[tuple[int, Reason, int]]:
    """(account, reason, weight) of everybody whom one might follow and does not yet."""
    staff = int(Permission.ADMINISTRATOR | Permission.MANAGE_SETTINGS | Permission.MANAGE_TAXONOMIES)
    rows = await tx.all(CANDIDATES, params(tx, me, staff=staff))
    # A query of its own: joined to the one above, the accounts would be read first wherever statistics are missing.
    shown = await tx.column(
        f"""SELECT a.id FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s
            AND a.id = ANY(%(ids)s) AND a.discoverable AND a.silenced_at IS NULL AND a.moved_to_id IS NULL
            AND a.disabled_at IS NULL AND {SEEN} AND {NOT_EXCLUDED}""",
        params(tx, me, ids=list({row["id"] for row in rows})),
    )
    allowed = set(shown)
    return [(row["id"], cast(Reason, row["reason"]), row["weight"]) for row in rows if row["id"] in allowed]


async def dismiss(tx: Tx, me: int, target: int) -> None:
    await tx.run(
        """INSERT INTO dismissed_suggestions (org_id, network_id, account_id, target_id)
           VALUES (%(org)s, %(network)s, %(me)s, %(target)s) ON CONFLICT DO NOTHING""",
        params(tx, me, target=target),
    )


async def directory(
    tx: Tx, viewer: int | None, *, order: Literal["active", "new"], local: bool, limit: int, offset: int
) -> list[int]:
    """Accounts that want to be found: by their latest post, or the newest first."""
    by = "a.last_post_at DESC NULLS LAST, a.id DESC" if order == "active" else "a.id DESC"
    return await tx.column(
        f"""SELECT a.id FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.discoverable
            AND a.silenced_at IS NULL AND a.moved_to_id IS NULL AND {SEEN} AND {NOT_EXCLUDED}
            {"AND a.host = ''" if local else ""} ORDER BY {by} LIMIT %(limit)s OFFSET %(offset)s""",
        params(tx, viewer, limit=limit, offset=offset),
    )
