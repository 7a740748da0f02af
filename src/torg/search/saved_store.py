"""All SQL of saved searches; every statement names the account that they belong to, but for those that track."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from torg.engine.postgres import Tx
from torg.kernel.page import Page, in_order
from torg.search.model import SavedSearch, Tracked
from torg.search.store import tenant

OWN = "s.org_id = %(org)s AND s.network_id = %(network)s AND s.account_id = %(me)s"
COLUMNS = "s.id, s.name, s.query, s.track, s.created_at"


def here(tx: Tx, marks: Collection[str]) -> list[str]:
    """Marks as they are stored: with the network's number, since the index of them is one for all networks."""
    return [f"{tx.scope.network_ids[0]} {mark}" for mark in marks]


def params(tx: Tx, me: int, **more: Any) -> dict[str, Any]:
    return {**tenant(tx), "me": me, **more}


async def page(tx: Tx, me: int, asked: Page) -> list[SavedSearch]:
    """A page of one's own, newest first."""
    cursor, values = asked.where("s.id")
    rows = await tx.all(
        f"""SELECT {COLUMNS} FROM saved_searches s WHERE {OWN} AND {cursor}
            ORDER BY s.id {asked.direction} LIMIT {asked.limit}""",
        params(tx, me, **values),
        as_=SavedSearch,
    )
    return in_order(asked, rows)


async def one(tx: Tx, me: int, id_: int) -> SavedSearch | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM saved_searches s WHERE {OWN} AND s.id = %(id)s",
        params(tx, me, id=id_),
        as_=SavedSearch,
    )


async def counts(tx: Tx, me: int) -> tuple[int, int]:
    """(saved, of these tracked); whoever counts waits for the same person's other requests to save or change one."""
    await tx.run(
        """SELECT FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(me)s
           FOR NO KEY UPDATE""",
        params(tx, me),
    )
    row = await tx.one(
        f"SELECT count(*) AS saved, count(*) FILTER (WHERE s.track) AS tracked FROM saved_searches s WHERE {OWN}",
        params(tx, me),
    )
    return (row["saved"], row["tracked"]) if row else (0, 0)


async def insert(tx: Tx, me: int, made: SavedSearch, hooks: Collection[str]) -> None:
    await tx.run(
        """INSERT INTO saved_searches (org_id, network_id, id, account_id, name, query, track, hooks, created_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(name)s, %(query)s, %(track)s, %(hooks)s, %(at)s)""",
        params(
            tx, me, id=made.id, name=made.name, query=made.query, track=made.track, hooks=here(tx, hooks),
            at=made.created_at,
        ),
    )  # fmt: skip


async def update(tx: Tx, me: int, new: SavedSearch, hooks: Collection[str]) -> None:
    await tx.run(
        f"""UPDATE saved_searches s SET name = %(name)s, query = %(query)s, track = %(track)s, hooks = %(hooks)s
            WHERE {OWN} AND s.id = %(id)s""",
        params(tx, me, id=new.id, name=new.name, query=new.query, track=new.track, hooks=here(tx, hooks)),
    )


async def delete(tx: Tx, me: int, id_: int) -> int:
    """How many there were to delete: one or none."""
    return await tx.run(f"DELETE FROM saved_searches s WHERE {OWN} AND s.id = %(id)s", params(tx, me, id=id_))


async def tracked(tx: Tx, marks: Collection[str]) -> list[Tracked]:
    """The searches of the whole network that are tracked and that posts with these marks may be found by."""
    return await tx.all(
        """SELECT s.query, array_agg(DISTINCT s.account_id ORDER BY s.account_id) AS account_ids
           FROM saved_searches s WHERE s.org_id = %(org)s AND s.network_id = %(network)s AND s.track
           AND s.hooks && %(marks)s::text[] GROUP BY s.query ORDER BY s.query""",
        {**tenant(tx), "marks": here(tx, marks)},
        as_=Tracked,
    )
