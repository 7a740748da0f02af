"""SQL of praise and badges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.postgres import Tx
from torg.kernel.page import Page, in_order
from torg.posts.visibility import readable
from torg.praise.model import Badge, Count, Praise, Wanted

HERE = "x.org_id = %(org)s AND x.network_id = %(network)s"
POST = "JOIN posts p ON p.org_id = x.org_id AND p.network_id = x.network_id AND p.id = x.id"
BADGE = ", ".join(f"b.{name}" for name in Badge.__struct_fields__)
FIELDS = """x.id, x.from_id, x.badge, x.created_at,
    ARRAY(SELECT y.account_id FROM praised y WHERE y.org_id = x.org_id AND y.praise_id = x.id
          ORDER BY y.account_id) AS account_ids"""
# The department is the directory's word (migration 0110).
WANTED = """
    (%(from_id)s::bigint IS NULL OR x.from_id = %(from_id)s::bigint)
    AND (%(badge)s::text IS NULL OR x.badge = %(badge)s::text)
    AND (%(account_id)s::bigint IS NULL OR EXISTS (SELECT FROM praised y WHERE y.org_id = x.org_id
         AND y.praise_id = x.id AND y.account_id = %(account_id)s::bigint))
    AND (%(department)s::text IS NULL OR EXISTS (SELECT FROM praised y
         JOIN colleague_profiles c ON c.org_id = y.org_id AND c.network_id = y.network_id
          AND c.account_id = y.account_id
         WHERE y.org_id = x.org_id AND y.praise_id = x.id AND lower(c.department) = lower(%(department)s::text)))
"""


def tenant(tx: Tx, viewer: int | None = None) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer}


async def badges(tx: Tx) -> list[Badge]:
    """The network's own, and its word on those of the first set."""
    return await tx.all(
        f"SELECT {BADGE} FROM badges b WHERE b.org_id = %(org)s AND b.network_id = %(network)s ORDER BY b.id",
        tenant(tx),
        as_=Badge,
    )


async def put_badge(tx: Tx, id_: int, badge: Badge) -> None:
    """Add or change the badge of this key; it can be given (again)."""
    await tx.run(
        """INSERT INTO badges (org_id, network_id, id, key, drawing, name_en, name_sv, retired_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(key)s, %(drawing)s, %(en)s, %(sv)s, %(retired)s)
           ON CONFLICT (org_id, network_id, key) DO UPDATE SET drawing = excluded.drawing,
               name_en = excluded.name_en, name_sv = excluded.name_sv, retired_at = excluded.retired_at""",
        {
            **tenant(tx), "id": id_, "key": badge.key, "drawing": badge.drawing, "en": badge.name_en,
            "sv": badge.name_sv, "retired": badge.retired_at,
        },
    )  # fmt: skip


async def insert(tx: Tx, id_: int, from_id: int, badge: str, account_ids: Sequence[int]) -> None:
    params = {**tenant(tx), "id": id_, "from": from_id, "badge": badge, "accounts": list(account_ids)}
    await tx.run(
        """INSERT INTO praise (org_id, network_id, id, from_id, badge)
           VALUES (%(org)s, %(network)s, %(id)s, %(from)s, %(badge)s) ON CONFLICT DO NOTHING""",
        params,
    )
    await tx.run(
        """INSERT INTO praised (org_id, network_id, praise_id, account_id)
           SELECT %(org)s, %(network)s, %(id)s, unnest(%(accounts)s::bigint[]) ON CONFLICT DO NOTHING""",
        params,
    )


async def by_ids(tx: Tx, viewer: int | None, ids: Sequence[int]) -> dict[int, Praise]:
    """Of these posts those that are praise and the viewer may read."""
    found = await tx.all(
        f"SELECT {FIELDS} FROM praise x {POST} WHERE {HERE} AND x.id = ANY(%(ids)s) AND {readable()}",
        {**tenant(tx, viewer), "ids": list(ids)},
        as_=Praise,
    )
    return {one.id: one for one in found}


async def page(tx: Tx, viewer: int | None, wanted: Wanted, asked: Page) -> list[Praise]:
    """A page of the wall, newest first."""
    where, params = asked.where("x.id")
    found = await tx.all(
        f"""SELECT {FIELDS} FROM praise x {POST} WHERE {HERE} AND {WANTED} AND {where} AND {readable()}
            ORDER BY x.id {asked.direction} LIMIT {asked.limit}""",
        {
            **tenant(tx, viewer), **params, "from_id": wanted.from_id, "badge": wanted.badge,
            "account_id": wanted.account_id, "department": wanted.department,
        },
        as_=Praise,
    )  # fmt: skip
    return in_order(asked, found)


async def given(tx: Tx, viewer: int | None, account_id: int) -> int:
    count: int = await tx.value(
        f"SELECT count(*) FROM praise x {POST} WHERE {HERE} AND x.from_id = %(account)s AND {readable()}",
        {**tenant(tx, viewer), "account": account_id},
    )
    return count


async def received(tx: Tx, viewer: int | None, account_id: int) -> list[Count]:
    """By badge, the most frequent first."""
    return await tx.all(
        f"""SELECT x.badge, count(*) AS count FROM praised y
            JOIN praise x ON x.org_id = y.org_id AND x.id = y.praise_id {POST}
            WHERE {HERE} AND y.account_id = %(account)s AND {readable()} GROUP BY x.badge ORDER BY 2 DESC, 1""",
        {**tenant(tx, viewer), "account": account_id},
        as_=Count,
    )
