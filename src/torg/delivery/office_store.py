"""SQL of what administrators see and do."""

from __future__ import annotations

from torg.delivery.model import Depth, Host, Letter
from torg.delivery.store import tenant
from torg.engine.postgres import Tx
from torg.kernel.page import Page

TENANT = "d.org_id = %(org)s AND d.network_id = %(network)s"


async def hosts(tx: Tx, *, host: str | None, failing: bool, limit: int) -> list[Host]:
    return await tx.all(
        f"""WITH counted AS (
                SELECT d.host, count(*) FILTER (WHERE dead_at IS NULL) AS waiting,
                    count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead,
                    min(created_at) FILTER (WHERE dead_at IS NULL) AS oldest
                FROM deliveries d WHERE {TENANT} AND (%(host)s::text IS NULL OR d.host = %(host)s) GROUP BY 1)
            SELECT c.*, coalesce(l.failures, 0) AS failures, l.failing_since, l.tried_at,
                CASE WHEN c.waiting > 0 THEN l.due_at END AS next_try_at, l.error
            FROM counted c LEFT JOIN torg_lanes() l ON l.host = c.host
            WHERE NOT %(failing)s OR l.failures > 0
            ORDER BY c.waiting + c.dead DESC, c.host LIMIT %(limit)s""",
        {**tenant(tx), "host": host, "failing": failing, "limit": limit},
        as_=Host,
    )


async def letters(tx: Tx, page: Page, *, host: str | None, dead: bool | None) -> list[Letter]:
    where, params = page.where("d.id")
    return await tx.all(
        f"""SELECT d.id, d.host, d.inbox, convert_from(a.body, 'UTF8')::jsonb ->> 'type' AS type,
                convert_from(a.body, 'UTF8')::jsonb ->> 'id' AS uri,
                d.attempts, d.error, d.created_at, d.run_at, d.dead_at
            FROM deliveries d JOIN activities a ON a.org_id = d.org_id AND a.id = d.activity_id
            WHERE {TENANT} AND (%(host)s::text IS NULL OR d.host = %(host)s)
            AND (%(dead)s::bool IS NULL OR (d.dead_at IS NOT NULL) = %(dead)s) AND {where}
            ORDER BY d.id {page.direction} LIMIT %(limit)s""",
        {**tenant(tx), **params, "host": host, "dead": dead, "limit": page.limit},
        as_=Letter,
    )


async def revive_letters(tx: Tx, *, host: str | None = None, id_: int | None = None) -> list[str]:
    """Let dead letters of a host, one, or all of them start anew, with all their time; the hosts."""
    return await tx.column(
        f"""WITH anew AS (
                UPDATE deliveries d SET dead_at = NULL, attempts = 0, run_at = now(), created_at = now()
                WHERE {TENANT} AND d.dead_at IS NOT NULL AND (%(host)s::text IS NULL OR d.host = %(host)s)
                AND (%(id)s::bigint IS NULL OR d.id = %(id)s) RETURNING d.host)
            SELECT host FROM anew ORDER BY host""",
        {**tenant(tx), "host": host, "id": id_},
    )


async def drop_letters(tx: Tx, *, host: str | None = None, id_: int | None = None, dead: bool = True) -> int:
    """Forget dead letters, or (not `dead`) what waits too."""
    return await tx.run(
        f"""DELETE FROM deliveries d WHERE {TENANT} AND (d.dead_at IS NOT NULL OR NOT %(dead)s)
            AND (%(host)s::text IS NULL OR d.host = %(host)s) AND (%(id)s::bigint IS NULL OR d.id = %(id)s)""",
        {**tenant(tx), "host": host, "id": id_, "dead": dead},
    )


async def wake(tx: Tx, host: str) -> None:
    await tx.run("SELECT torg_wake_host(%s)", (host,))


async def known(tx: Tx, host: str) -> bool:
    """Whether the network has anything for this host, waiting or given up."""
    params = {**tenant(tx), "host": host}
    return bool(
        await tx.value(f"SELECT EXISTS (SELECT FROM deliveries d WHERE {TENANT} AND d.host = %(host)s)", params)
    )


async def depth(tx: Tx) -> Depth:
    """The whole installation (system)."""
    found = await tx.one(
        """SELECT (SELECT count(*) FROM deliveries WHERE dead_at IS NULL) AS waiting,
               (SELECT count(*) FROM deliveries WHERE dead_at IS NOT NULL) AS dead,
               count(*) AS hosts, count(*) FILTER (WHERE failures > 0 AND due_at IS NOT NULL) AS failing,
               coalesce(extract(epoch FROM now()
                   - min(due_at) FILTER (WHERE worker IS NULL AND due_at <= now())), 0)::float
                   AS late_seconds
           FROM delivery_lanes""",
        as_=Depth,
    )
    assert found is not None, "an aggregate has a row"
    return found


async def sweep(tx: Tx, *, keep_days: int, most: int) -> int:
    """Drop dead letters after their time, activities that nobody waits for, hosts not met for long (system)."""
    params = {"days": keep_days, "most": most}
    gone = await tx.run(
        """DELETE FROM deliveries WHERE (org_id, id) IN (
               SELECT org_id, id FROM deliveries WHERE dead_at < now() - %(days)s * interval '1 day' LIMIT %(most)s)""",
        params,
    )
    gone += await tx.run(
        """DELETE FROM activities WHERE (org_id, id) IN (
               SELECT a.org_id, a.id FROM activities a WHERE a.laned_at < now() - interval '10 minutes'
               AND NOT EXISTS (SELECT FROM deliveries d WHERE d.org_id = a.org_id AND d.activity_id = a.id)
               LIMIT %(most)s FOR UPDATE SKIP LOCKED)""",
        params,
    )
    return gone + await tx.run(
        """DELETE FROM delivery_lanes WHERE host IN (
               SELECT host FROM delivery_lanes WHERE worker IS NULL AND due_at IS NULL
               AND tried_at < now() - 3 * %(days)s * interval '1 day' LIMIT %(most)s FOR UPDATE SKIP LOCKED)""",
        params,
    )
