"""All SQL of lists; every statement names the account that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.postgres import Row, Tx
from torg.kernel.ids import new_id
from torg.kernel.page import Page
from torg.lists.model import AccountList

COLUMNS = ", ".join(f"l.{name}" for name in AccountList.__struct_fields__)
OWN = "l.org_id = %(org)s AND l.network_id = %(network)s AND l.account_id = %(me)s"
TENANT = "org_id = %(org)s AND network_id = %(network)s"


def params(tx: Tx, me: int, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "me": me, **more}


async def of_account(tx: Tx, me: int) -> list[AccountList]:
    return await tx.all(f"SELECT {COLUMNS} FROM lists l WHERE {OWN} ORDER BY l.id", params(tx, me), as_=AccountList)


async def one(tx: Tx, me: int, id_: int) -> AccountList | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM lists l WHERE {OWN} AND l.id = %(id)s", params(tx, me, id=id_), as_=AccountList
    )


async def containing(tx: Tx, me: int, member: int) -> list[AccountList]:
    """Those of one's lists that an account is on."""
    return await tx.all(
        f"""SELECT {COLUMNS} FROM lists l WHERE {OWN} AND EXISTS (SELECT FROM list_members m
            WHERE m.org_id = l.org_id AND m.list_id = l.id AND m.account_id = %(member)s) ORDER BY l.id""",
        params(tx, me, member=member),
        as_=AccountList,
    )


async def insert(tx: Tx, me: int, made: AccountList) -> None:
    await tx.run(
        """INSERT INTO lists (org_id, network_id, id, account_id, title, replies_policy, exclusive)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(title)s, %(policy)s, %(exclusive)s)""",
        params(tx, me, id=made.id, title=made.title, policy=made.replies_policy, exclusive=made.exclusive),
    )


async def update(tx: Tx, me: int, new: AccountList) -> None:
    await tx.run(
        f"""UPDATE lists l SET title = %(title)s, replies_policy = %(policy)s, exclusive = %(exclusive)s
            WHERE {OWN} AND l.id = %(id)s""",
        params(tx, me, id=new.id, title=new.title, policy=new.replies_policy, exclusive=new.exclusive),
    )


async def delete(tx: Tx, me: int, id_: int) -> None:
    await tx.run(f"DELETE FROM lists l WHERE {OWN} AND l.id = %(id)s", params(tx, me, id=id_))


async def members(tx: Tx, me: int, id_: int, page: Page, *, everyone: bool = False) -> list[Row]:
    """(id of the membership, account_id) of members that can be seen, in the page's direction."""
    where, values = page.where("m.id")
    return await tx.all(
        f"""SELECT m.id, m.account_id FROM list_members m
            JOIN lists l ON l.org_id = m.org_id AND l.id = m.list_id
            JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id
            WHERE {OWN} AND m.list_id = %(list)s AND a.state = 'active' AND a.suspended_at IS NULL AND {where}
            ORDER BY m.id {page.direction} {"" if everyone else f"LIMIT {page.limit}"}""",
        params(tx, me, list=id_, **values),
    )


async def addable(tx: Tx, me: int, ids: Sequence[int]) -> set[int]:
    """Which of the accounts one follows (or is), and so may put on a list."""
    found = await tx.column(
        """SELECT f.target_id FROM follows f WHERE f.org_id = %(org)s AND f.network_id = %(network)s
           AND f.account_id = %(me)s AND f.target_id = ANY(%(ids)s)""",
        params(tx, me, ids=list(ids)),
    )
    return {*found, me}


async def count_members(tx: Tx, id_: int) -> int:
    found: int = await tx.value(
        f"SELECT count(*) FROM list_members WHERE {TENANT} AND list_id = %(list)s", params(tx, 0, list=id_)
    )
    return found


async def add(tx: Tx, id_: int, ids: Sequence[int]) -> int:
    """Put accounts on a list; how many were not on it before."""
    return await tx.run(
        """INSERT INTO list_members (org_id, network_id, id, list_id, account_id)
           SELECT %(org)s, %(network)s, new.id, %(list)s, new.account_id
           FROM unnest(%(rows)s::bigint[], %(ids)s::bigint[]) AS new (id, account_id) ON CONFLICT DO NOTHING""",
        params(tx, 0, list=id_, rows=[new_id() for _ in ids], ids=list(ids)),
    )


async def remove(tx: Tx, id_: int, ids: Sequence[int]) -> int:
    return await tx.run(
        f"DELETE FROM list_members WHERE {TENANT} AND list_id = %(list)s AND account_id = ANY(%(ids)s)",
        params(tx, 0, list=id_, ids=list(ids)),
    )
