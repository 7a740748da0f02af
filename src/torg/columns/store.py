"""All SQL of columns; every statement names the account whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.columns.model import Column
from torg.engine.postgres import Tx

COLUMNS = ", ".join(Column.__struct_fields__)
OWN = "org_id = %(org)s AND network_id = %(network)s AND account_id = %(me)s"


def params(tx: Tx, me: int, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "me": me, **more}


async def lock(tx: Tx, me: int) -> None:
    """One change of an account's columns after the other."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('page_columns', %s))", (me,))


async def mine(tx: Tx, me: int) -> list[Column]:
    """From left to right."""
    return await tx.all(
        f"SELECT {COLUMNS} FROM page_columns WHERE {OWN} ORDER BY place, id", params(tx, me), as_=Column
    )


async def insert(tx: Tx, me: int, made: Column) -> None:
    await tx.run(
        """INSERT INTO page_columns (org_id, network_id, id, account_id, kind, subject, place)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(kind)s, %(subject)s, %(place)s)""",
        params(tx, me, id=made.id, kind=made.kind, subject=made.subject, place=made.place),
    )


async def order(tx: Tx, me: int, ids: Sequence[int]) -> None:
    """Put these in this order."""
    await tx.run(
        f"""UPDATE page_columns SET place = o.place
            FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS o(column_id, place) WHERE {OWN} AND id = o.column_id""",
        params(tx, me, ids=list(ids)),
    )


async def delete(tx: Tx, me: int, id_: int) -> bool:
    return await tx.run(f"DELETE FROM page_columns WHERE {OWN} AND id = %(id)s", params(tx, me, id=id_)) > 0
