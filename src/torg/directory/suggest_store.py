"""SQL of colleagues whom one might want to know."""

from __future__ import annotations

from typing import cast

from torg.directory.model import Source
from torg.directory.profile_store import params
from torg.directory.store import IN_SERVICE
from torg.engine.postgres import Tx
from torg.graph.reads import NOT_EXCLUDED

FRIENDS, EACH, BEST = 200, 200, 200

# As in suggestions/store.py: each part costs a bounded number of rows and hands on its best few.
NEW = "NOT IN (SELECT target_id FROM known)"
TOP = f"ORDER BY weight DESC LIMIT {BEST}"
OWN = "org_id = %(org)s AND network_id = %(network)s AND account_id = %(me)s"
CANDIDATES = f"""
    WITH known AS MATERIALIZED (
        SELECT target_id FROM follows WHERE {OWN}
        UNION ALL SELECT target_id FROM follow_requests WHERE {OWN}
        UNION ALL SELECT target_id FROM dismissed_suggestions WHERE {OWN}
        UNION ALL SELECT %(me)s),
    friends AS MATERIALIZED (
        SELECT f.target_id FROM follows f JOIN accounts a ON a.org_id = f.org_id AND a.id = f.target_id
        AND a.kind IN ('personal', 'team')
        WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.account_id = %(me)s
        ORDER BY f.id DESC LIMIT {FRIENDS}),
    mine AS MATERIALIZED (
        SELECT (SELECT manager_id FROM managers WHERE {OWN}) AS manager_id,
               (SELECT lower(department) FROM colleague_profiles WHERE {OWN} AND department <> '') AS department)
    (SELECT 'same_manager' AS source, m.account_id AS id, 1::bigint AS weight FROM mine
     JOIN managers m ON m.org_id = %(org)s AND m.network_id = %(network)s AND m.manager_id = mine.manager_id
     WHERE m.account_id {NEW} ORDER BY m.account_id LIMIT {BEST})
  UNION ALL
    (SELECT 'same_department', c.account_id, 1 FROM mine
     JOIN colleague_profiles c ON c.org_id = %(org)s AND c.network_id = %(network)s
         AND lower(c.department) = mine.department
     WHERE c.account_id {NEW} ORDER BY c.account_id LIMIT {BEST})
  UNION ALL
    (SELECT 'same_groups', t.account_id, count(*) AS weight
     FROM (SELECT f.target_id FROM follows f JOIN groups g ON g.org_id = f.org_id AND g.id = f.target_id
           WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.account_id = %(me)s
           ORDER BY f.id DESC LIMIT {FRIENDS}) own
     CROSS JOIN LATERAL (SELECT f.account_id FROM follows f WHERE f.org_id = %(org)s AND f.target_id = own.target_id
         ORDER BY f.id DESC LIMIT {EACH}) t
     WHERE t.account_id {NEW} GROUP BY 2 {TOP})
  UNION ALL
    (SELECT 'followed_by_followed', t.target_id, count(*) AS weight FROM friends
     JOIN accounts o ON o.org_id = %(org)s AND o.id = friends.target_id AND NOT o.hide_collections
     CROSS JOIN LATERAL (SELECT f.target_id FROM follows f WHERE f.org_id = %(org)s
         AND f.account_id = friends.target_id ORDER BY f.id DESC LIMIT {EACH}) t
     WHERE t.target_id {NEW} GROUP BY 2 {TOP})
"""


async def candidates(tx: Tx, me: int) -> list[tuple[int, Source, int]]:
    """(account, source, weight) of every colleague whom one might follow and does not yet."""
    rows = await tx.all(CANDIDATES, params(tx, me=me))
    allowed = set(
        await tx.column(
            f"""SELECT a.id FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s
                AND a.id = ANY(%(ids)s) AND a.kind = 'personal' AND {IN_SERVICE} AND a.moved_to_id IS NULL
                AND NOT a.guest AND {NOT_EXCLUDED}""",
            params(tx, me=me, ids=list({row["id"] for row in rows})),
        )
    )
    return [(row["id"], cast(Source, row["source"]), row["weight"]) for row in rows if row["id"] in allowed]
