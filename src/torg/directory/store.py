"""SQL of looking colleagues up: the search, its facets, and what belongs to each of those found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torg.directory import rules
from torg.directory.model import COLUMNS, Counted, Details, Order, Wish
from torg.directory.profile_store import params
from torg.engine.postgres import Tx
from torg.graph.reads import NOT_EXCLUDED

IN_SERVICE = "a.state = 'active' AND a.suspended_at IS NULL AND a.disabled_at IS NULL AND a.host = ''"
"""SQL condition on accounts `a`: somebody who works here now."""

# The collation is C: å, ä and ö become the three signs after z, which is where a Swedish reader looks for them.
BY_NAME = "translate(lower(coalesce(nullif(a.display_name, ''), a.handle)), 'åäöæø', '{|}|}')"
ORDERS: dict[Order, str] = {
    "name": f"{BY_NAME}, a.id",
    "new": "a.id DESC",
    "active": "a.last_post_at DESC NULLS LAST, a.id DESC",
}

# Names are searched where they stand, since they change by many ways; the rest was made into words when saved.
NAMES = "to_tsvector('simple', translate(lower(a.display_name || ' ' || a.handle), '._-''', '    '))"
FROM = f"""
    FROM accounts a LEFT JOIN colleague_profiles c ON c.org_id = a.org_id AND c.account_id = a.id
    WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND {IN_SERVICE}
    AND (a.kind = 'personal' OR a.kind = 'team' AND %(words)s::text IS NOT NULL)
    AND a.moved_to_id IS NULL AND {NOT_EXCLUDED}
    AND (%(words)s::text IS NULL OR (coalesce(c.doc, ''::tsvector) || {NAMES}) @@ %(words)s::tsquery)
    AND (%(department)s::text = '' OR lower(c.department) = lower(%(department)s::text))
    AND (%(location)s::text = '' OR lower(c.location) = lower(%(location)s::text))
    AND (%(expertise)s::text = '' OR EXISTS (SELECT FROM expertise e WHERE e.org_id = a.org_id
        AND e.account_id = a.id AND e.listed AND e.key = %(expertise)s::text))
"""
KNOWN = """
    SELECT min(e.name) AS value, count(*) AS count FROM expertise e
    WHERE e.org_id = %(org)s AND e.network_id = %(network)s AND e.account_id = ANY(%(ids)s) AND e.listed
    GROUP BY e.key ORDER BY count(*) DESC, e.key LIMIT %(most)s
"""


def _wanted(tx: Tx, viewer: int, wish: Wish) -> dict[str, Any] | None:
    """The parameters; None if a search was asked for that no word can answer."""
    words = rules.query(wish.q)
    if words is None and wish.q.strip():
        return None
    return params(
        tx,
        me=viewer,
        words=words,
        department=wish.department.strip(),
        location=wish.location.strip(),
        expertise=rules.skill_key(wish.expertise),
    )


async def search(tx: Tx, viewer: int, wish: Wish, *, limit: int, offset: int) -> list[int]:
    """Ids of those found, in the order wished for."""
    values = _wanted(tx, viewer, wish)
    if values is None:
        return []
    return await tx.column(
        f"SELECT a.id {FROM} ORDER BY {ORDERS[wish.order]} LIMIT %(limit)s OFFSET %(offset)s",
        {**values, "limit": limit, "offset": offset},
    )


async def facets(tx: Tx, viewer: int, wish: Wish, most: int) -> tuple[int, dict[str, list[Counted]]]:
    """(how many match, their departments, places and expertise, the most frequent first)."""
    values = _wanted(tx, viewer, wish)
    if values is None:
        return 0, {"department": [], "location": [], "expertise": []}
    # Counted here: joined in one query, PostgreSQL guesses too few to be found and looks up each of them alone.
    found = await tx.all(f"SELECT a.id, c.department, c.location {FROM}", values)
    known = await tx.all(KNOWN, params(tx, ids=[row["id"] for row in found], most=most), as_=Counted)
    places = {name: rules.tally([row[name] for row in found if row[name]], most) for name in ("department", "location")}
    return len(found), {**places, "expertise": known}


async def details(tx: Tx, ids: Iterable[int]) -> dict[int, Details]:
    """What faces show, by account."""
    rows = await tx.all(
        f"""SELECT account_id, {", ".join(COLUMNS)}, others FROM colleague_profiles
            WHERE org_id = %(org)s AND network_id = %(network)s AND account_id = ANY(%(ids)s)""",
        params(tx, ids=list(ids)),
        as_=Details,
    )
    return {row.account_id: row for row in rows}


async def managers(tx: Tx, ids: Iterable[int]) -> dict[int, int]:
    """Account → manager, where that is somebody who works here."""
    rows = await tx.all(
        f"""SELECT m.account_id, m.manager_id FROM managers m
            JOIN accounts a ON a.org_id = m.org_id AND a.id = m.manager_id
            WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.account_id = ANY(%(ids)s) AND {IN_SERVICE}""",
        params(tx, ids=list(ids)),
    )
    return {row["account_id"]: row["manager_id"] for row in rows}


async def reports(tx: Tx, ids: Iterable[int]) -> dict[int, int]:
    """Account → how many report to it directly."""
    rows = await tx.all(
        f"""SELECT m.manager_id, count(*) AS count FROM managers m
            JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id
            WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.manager_id = ANY(%(ids)s) AND {IN_SERVICE}
            GROUP BY 1""",
        params(tx, ids=list(ids)),
    )
    return {row["manager_id"]: row["count"] for row in rows}
