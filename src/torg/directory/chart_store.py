"""SQL of the org chart: who reports to whom."""

from __future__ import annotations

from collections.abc import Sequence

from torg.directory.model import Place
from torg.directory.profile_store import TENANT, params
from torg.directory.store import BY_NAME, IN_SERVICE
from torg.engine.postgres import Tx

HIGHEST = 100
"""Levels above somebody that are looked at; more are no chart."""

UP = """
    WITH RECURSIVE up AS (
        SELECT m.manager_id AS id, 1 AS level FROM managers m
        WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.account_id = %(id)s
      UNION ALL
        SELECT m.manager_id, up.level + 1 FROM up
        JOIN managers m ON m.org_id = %(org)s AND m.network_id = %(network)s AND m.account_id = up.id
        WHERE up.level < %(highest)s)
    SELECT id FROM up ORDER BY level
"""
TREE = f"""
    WITH RECURSIVE tree AS (
        SELECT a.id, NULL::bigint AS manager_id, 0 AS depth, {BY_NAME} AS name FROM accounts a
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND {IN_SERVICE}
        AND CASE WHEN %(root)s::bigint IS NOT NULL THEN a.id = %(root)s::bigint ELSE
            a.id IN (SELECT m.manager_id FROM managers m JOIN accounts r ON r.org_id = m.org_id AND r.id = m.account_id
                WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND {IN_SERVICE.replace("a.", "r.")})
            AND a.id NOT IN (SELECT m.account_id FROM managers m
                JOIN accounts b ON b.org_id = m.org_id AND b.id = m.manager_id
                WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND {IN_SERVICE.replace("a.", "b.")}) END
      UNION ALL
        SELECT a.id, m.manager_id, tree.depth + 1, {BY_NAME} FROM tree
        JOIN managers m ON m.org_id = %(org)s AND m.network_id = %(network)s AND m.manager_id = tree.id
        JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id
        WHERE tree.depth < %(depth)s AND {IN_SERVICE})
    SELECT id, manager_id, depth FROM tree ORDER BY depth, manager_id, name, id LIMIT %(limit)s OFFSET %(offset)s
"""
REPORTS = f"""
    FROM managers m JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id
    WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.manager_id = %(manager)s AND m.account_id <> %(but)s
    AND {IN_SERVICE}
"""


async def lock(tx: Tx) -> None:
    """One change of the network's chart at a time: two at once could close a circle that neither sees."""
    await tx.run("SELECT pg_advisory_xact_lock(7063, hashtext(%s))", (str(params(tx)["network"]),))


async def above(tx: Tx, account_id: int) -> list[int]:
    """The managers from the nearest upwards, whatever their state."""
    return await tx.column(UP, params(tx, id=account_id, highest=HIGHEST))


async def everybody(tx: Tx) -> dict[int, int]:
    """Every link of the network: account → manager."""
    rows = await tx.all(f"SELECT account_id, manager_id FROM managers WHERE {TENANT}", params(tx))
    return {row["account_id"]: row["manager_id"] for row in rows}


async def of(tx: Tx, ids: Sequence[int]) -> dict[int, int]:
    """The links of these accounts, whatever the manager's state."""
    rows = await tx.all(
        f"SELECT account_id, manager_id FROM managers WHERE {TENANT} AND account_id = ANY(%(ids)s)",
        params(tx, ids=list(ids)),
    )
    return {row["account_id"]: row["manager_id"] for row in rows}


async def put(tx: Tx, links: dict[int, int | None]) -> None:
    """Set or take away managers."""
    await tx.run(
        f"DELETE FROM managers WHERE {TENANT} AND account_id = ANY(%(ids)s)",
        params(tx, ids=[id_ for id_, manager in links.items() if manager is None]),
    )
    await tx.many(
        """INSERT INTO managers (org_id, network_id, account_id, manager_id)
           VALUES (%(org)s, %(network)s, %(account)s, %(manager)s)
           ON CONFLICT (org_id, account_id) DO UPDATE SET manager_id = EXCLUDED.manager_id, updated_at = now()""",
        [params(tx, account=id_, manager=manager) for id_, manager in links.items() if manager is not None],
    )


async def below(tx: Tx, account_id: int, limit: int) -> list[int]:
    """Those who report to somebody, by name."""
    return await tx.column(
        f"SELECT a.id {REPORTS} ORDER BY {BY_NAME}, a.id LIMIT %(limit)s",
        params(tx, manager=account_id, but=0, limit=limit),
    )


async def peers(tx: Tx, account_id: int, limit: int) -> tuple[list[int], int]:
    """(others with the same manager by name, how many they are)."""
    manager = await tx.value(
        f"SELECT manager_id FROM managers WHERE {TENANT} AND account_id = %(id)s", params(tx, id=account_id)
    )
    values = params(tx, manager=manager or 0, but=account_id, limit=limit)
    found = await tx.column(f"SELECT a.id {REPORTS} ORDER BY {BY_NAME}, a.id LIMIT %(limit)s", values)
    return found, int(await tx.value(f"SELECT count(*) {REPORTS}", values))


async def tree(tx: Tx, root: int | None, *, depth: int, limit: int, offset: int) -> list[Place]:
    """Places level by level, within a level by manager and name."""
    return await tx.all(TREE, params(tx, root=root, depth=depth, limit=limit, offset=offset), as_=Place)
