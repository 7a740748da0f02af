"""All SQL of annual reports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from torg.engine.postgres import Tx, json
from torg.insight.model import Month, Report, Sums, TopTag, Year
from torg.kernel.ids import id_at

OWN = "org_id = %(org)s AND network_id = %(network)s AND account_id = %(me)s"
POSTED = """p.org_id = %(org)s AND p.network_id = %(network)s AND p.account_id = %(me)s
    AND p.id >= %(first)s AND p.id < %(end)s"""

SUMS = f"""
SELECT count(*) FILTER (WHERE p.boost_of_id IS NULL)::int AS own,
    count(*) FILTER (WHERE p.boost_of_id IS NOT NULL)::int AS boosts,
    count(*) FILTER (WHERE p.reply_to_account_id <> p.account_id)::int AS replies,
    count(*) FILTER (WHERE EXISTS (SELECT FROM polls q WHERE q.org_id = p.org_id AND q.post_id = p.id))::int AS polls
FROM posts p WHERE {POSTED}
"""
MONTHS = f"""
SELECT m AS month,
    (SELECT count(*) FROM posts p WHERE {POSTED}
        AND extract(month FROM p.created_at AT TIME ZONE 'UTC') = m)::int AS statuses,
    (SELECT count(*) FROM follows f WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.target_id = %(me)s
        AND f.id >= %(first)s AND f.id < %(end)s
        AND extract(month FROM to_timestamp((f.id >> 16) / 1000.0) AT TIME ZONE 'UTC') = m)::int AS followers
FROM generate_series(1, 12) AS m ORDER BY m
"""
TOP_TAG = f"""
SELECT t.display_name AS name, count(*)::int AS count FROM posts p
JOIN post_tags pt ON pt.org_id = p.org_id AND pt.post_id = p.id
JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
WHERE {POSTED} GROUP BY t.id, t.display_name ORDER BY 2 DESC, t.id LIMIT 1
"""
TOP_POST = f"""
SELECT p.id FROM posts p JOIN post_counts c ON c.org_id = p.org_id AND c.post_id = p.id
WHERE {POSTED} AND p.boost_of_id IS NULL AND c.boosts > 0 AND p.audience = 'everyone'
ORDER BY c.boosts DESC, p.id DESC LIMIT 1
"""


def _params(tx: Tx, me: int, year: int) -> dict[str, Any]:
    return {
        "org": tx.scope.org_id,
        "network": tx.scope.network_ids[0],
        "me": me,
        "year": year,
        "first": id_at(datetime(year, 1, 1, tzinfo=UTC)),
        "end": id_at(datetime(year + 1, 1, 1, tzinfo=UTC)),
    }


async def sums(tx: Tx, me: int, year: int) -> Sums:
    return await tx.one(SUMS, _params(tx, me, year), as_=Sums) or Sums()


async def months(tx: Tx, me: int, year: int) -> list[Month]:
    return await tx.all(MONTHS, _params(tx, me, year), as_=Month)


async def top_tag(tx: Tx, me: int, year: int) -> TopTag | None:
    return await tx.one(TOP_TAG, _params(tx, me, year), as_=TopTag)


async def top_post(tx: Tx, me: int, year: int) -> int | None:
    found: int | None = await tx.value(TOP_POST, _params(tx, me, year))
    return found


async def keep(tx: Tx, me: int, year: int, data: Year) -> None:
    """Keep a year; the first one made stays."""
    await tx.run(
        """INSERT INTO annual_reports (org_id, network_id, account_id, year, data)
           VALUES (%(org)s, %(network)s, %(me)s, %(year)s, %(data)s) ON CONFLICT DO NOTHING""",
        {**_params(tx, me, year), "data": json(data)},
    )


async def reports(tx: Tx, me: int, year: int | None = None) -> list[Report]:
    """An account's kept years, oldest first, or one of them."""
    return await tx.all(
        f"""SELECT year, data FROM annual_reports WHERE {OWN} AND (%(only)s::int IS NULL OR year = %(only)s)
            ORDER BY year""",
        {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "me": me, "only": year},
        as_=Report,
    )


async def mark_read(tx: Tx, me: int, year: int) -> bool:
    """Whether there is such a report."""
    sql = f"UPDATE annual_reports SET read_at = coalesce(read_at, now()) WHERE {OWN} AND year = %(year)s"
    return await tx.run(sql, _params(tx, me, year)) > 0
