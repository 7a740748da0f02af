"""SQL of severances and severed follows; every statement names organisation and network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from torg.engine.postgres import Row, Tx
from torg.graph.model import Severance, SeveredFollow
from torg.graph.store import TENANT, params
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order

COLUMNS = ", ".join(Severance.__struct_fields__)
Type = Literal["domain_block", "user_domain_block", "account_suspension"]


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """A follow between an account here and one elsewhere, with the latter's address."""

    account_id: int
    target_id: int
    here_id: int
    following: bool
    handle: str
    host: str
    show_boosts: bool
    notify: bool
    languages: list[str] | None


async def ties(tx: Tx, elsewhere: Sequence[int], limit: int, here: int | None = None) -> list[Tie]:
    """Follows in either direction between accounts here (or one of them) and these elsewhere, at most `limit`."""
    return await tx.all(
        """SELECT f.account_id, f.target_id, f.show_boosts, f.notify, f.languages,
                  CASE WHEN a.host = '' THEN a.id ELSE t.id END AS here_id, a.host = '' AS following,
                  CASE WHEN a.host = '' THEN t.handle ELSE a.handle END AS handle,
                  CASE WHEN a.host = '' THEN t.host ELSE a.host END AS host
           FROM (SELECT * FROM follows WHERE org_id = %(org)s AND network_id = %(network)s
                     AND account_id = ANY(%(ids)s)
                 UNION SELECT * FROM follows WHERE org_id = %(org)s AND network_id = %(network)s
                     AND target_id = ANY(%(ids)s)) f
           JOIN accounts a ON a.org_id = f.org_id AND a.id = f.account_id
           JOIN accounts t ON t.org_id = f.org_id AND t.id = f.target_id
           WHERE (a.host = '') <> (t.host = '')
             AND (%(me)s::bigint IS NULL OR %(me)s IN (f.account_id, f.target_id))
           ORDER BY f.id LIMIT %(limit)s""",
        params(tx, here, ids=list(elsewhere), limit=limit),
        as_=Tie,
    )


async def requests(tx: Tx, elsewhere: Sequence[int]) -> list[Row]:
    """(account, target) of requests to follow in either direction with accounts elsewhere."""
    return await tx.all(
        f"""SELECT account_id, target_id FROM follow_requests WHERE {TENANT}
            AND (account_id = ANY(%(ids)s) OR target_id = ANY(%(ids)s)) ORDER BY id""",
        params(tx, None, ids=list(elsewhere)),
    )


async def opened(tx: Tx, account_id: int, cause: int, type_: Type, target: str) -> int:
    """The severance of this account by this cause, made if there is none; its id."""
    await tx.run(
        """INSERT INTO severances (org_id, network_id, id, account_id, cause, type, target_name)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(cause)s, %(type)s, %(target)s)
           ON CONFLICT (org_id, account_id, cause) DO NOTHING""",
        params(tx, account_id, id=new_id(), cause=cause, type=type_, target=target),
    )
    found: int = await tx.value(
        f"SELECT id FROM severances WHERE {TENANT} AND account_id = %(me)s AND cause = %(cause)s",
        params(tx, account_id, cause=cause),
    )
    return found


async def add(tx: Tx, severance_id: int, tie: Tie) -> None:
    """Note a follow that is gone, and count it."""
    values: dict[str, Any] = msgspec.structs.asdict(tie)
    added = await tx.run(
        """INSERT INTO severed_follows (org_id, network_id, severance_id, following, handle, host, show_boosts, notify,
               languages)
           VALUES (%(org)s, %(network)s, %(id)s, %(following)s, %(handle)s, %(host)s, %(show_boosts)s, %(notify)s,
               %(languages)s) ON CONFLICT DO NOTHING""",
        params(tx, None, id=severance_id, **values),
    )
    if added:
        column = "following_count" if tie.following else "followers_count"
        await tx.run(
            f"UPDATE severances SET {column} = {column} + 1 WHERE {TENANT} AND id = %(id)s",
            params(tx, None, id=severance_id),
        )


async def tell(tx: Tx, cause: int) -> list[Severance]:
    """Those of a cause that nobody has been told of, marked as told."""
    return await tx.all(
        f"UPDATE severances SET told = true WHERE {TENANT} AND cause = %(cause)s AND NOT told RETURNING {COLUMNS}",
        params(tx, None, cause=cause),
        as_=Severance,
    )


async def by_ids(tx: Tx, me: int, ids: Sequence[int]) -> list[Severance]:
    """Those of one account."""
    return await tx.all(
        f"SELECT {COLUMNS} FROM severances WHERE {TENANT} AND account_id = %(me)s AND id = ANY(%(ids)s)",
        params(tx, me, ids=list(ids)),
        as_=Severance,
    )


async def listed(tx: Tx, me: int, page: Page) -> list[Severance]:
    """A page of an account's, newest first."""
    where, more = page.where("id")
    rows = await tx.all(
        f"""SELECT {COLUMNS} FROM severances WHERE {TENANT} AND account_id = %(me)s AND told AND {where}
            ORDER BY id {page.direction} LIMIT %(limit)s""",
        {**params(tx, me), **more, "limit": page.limit},
        as_=Severance,
    )
    return in_order(page, rows)


async def lost(tx: Tx, severance_id: int, *, following: bool) -> list[SeveredFollow]:
    """What was lost in one direction, by name."""
    return await tx.all(
        f"""SELECT handle, host, show_boosts, notify, languages FROM severed_follows
            WHERE {TENANT} AND severance_id = %(id)s AND following = %(following)s ORDER BY handle, host""",
        params(tx, None, id=severance_id, following=following),
        as_=SeveredFollow,
    )


async def purge(tx: Tx, hosts: Sequence[str]) -> None:
    """Forget the names of lost follows with accounts of these servers; the events stay, without their lists."""
    gone = await tx.column(
        f"DELETE FROM severed_follows WHERE {TENANT} AND host = ANY(%(hosts)s) RETURNING severance_id",
        params(tx, None, hosts=list(hosts)),
    )
    await tx.run(
        f"UPDATE severances SET purged = true WHERE {TENANT} AND id = ANY(%(ids)s)",
        params(tx, None, ids=list(set(gone))),
    )
