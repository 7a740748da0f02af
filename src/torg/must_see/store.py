"""SQL of announcements that must be seen, and of who has read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from torg.engine.postgres import Row, Tx
from torg.kernel.page import Page
from torg.must_see.model import Department, MustSee, Reader, Tally
from torg.posts.visibility import readable

HERE = "m.org_id = %(org)s AND m.network_id = %(network)s"
FIELDS = "m.id, m.sender_id, m.ends_at, m.email, m.remind_at, m.created_at"
CURRENT = "(m.ends_at IS NULL OR m.ends_at > now())"
POST = "JOIN posts p ON p.org_id = m.org_id AND p.id = m.id AND p.network_id = m.network_id"
READERS = "r.org_id = %(org)s AND r.network_id = %(network)s AND r.must_see_id = %(id)s"

Step = Literal["told", "reminded"]
#: Whom a step still has to reach.
WAITING: dict[Step, str] = {
    "told": "r.told_at IS NULL AND r.read_at IS NULL",
    "reminded": "r.told_at IS NOT NULL AND r.reminded_at IS NULL AND r.read_at IS NULL",
}


def tenant(tx: Tx, viewer: int | None = None) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer}


async def insert(tx: Tx, row: MustSee) -> bool:
    """Store the extra; False if the post has it already (the same request again)."""
    done = await tx.run(
        """INSERT INTO must_see (org_id, network_id, id, sender_id, ends_at, email, remind_at, created_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(sender)s, %(ends)s, %(email)s, %(remind)s, %(at)s)
           ON CONFLICT DO NOTHING""",
        {
            **tenant(tx), "id": row.id, "sender": row.sender_id, "ends": row.ends_at, "email": row.email,
            "remind": row.remind_at, "at": row.created_at,
        },
    )  # fmt: skip
    return done > 0


async def address(tx: Tx, id_: int, sender: int, group_id: int | None) -> int:
    """Write down who is to see it: the network's people (no guests), or the group's; how many."""
    return await tx.run(
        """INSERT INTO must_see_readers (org_id, network_id, must_see_id, account_id)
           SELECT a.org_id, a.network_id, %(id)s, a.id FROM accounts a
           WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.kind = 'personal' AND a.host = ''
           AND a.state = 'active' AND a.suspended_at IS NULL AND a.id <> %(sender)s
           AND CASE WHEN %(group)s::bigint IS NULL THEN NOT a.guest ELSE EXISTS (
               SELECT FROM follows f WHERE f.org_id = a.org_id AND f.account_id = a.id
               AND f.target_id = %(group)s::bigint) END
           ON CONFLICT DO NOTHING""",
        {**tenant(tx), "id": id_, "sender": sender, "group": group_id},
    )


async def address_newcomers(tx: Tx, account_ids: Sequence[int], group_ids: Sequence[int]) -> int:
    """Add who came since to what still holds: to the network's own, or (`group_ids`, pairwise) to a group's. How many.

    What has no end is taken up for a month only: nobody begins with years of old announcements.
    """
    return await tx.run(
        f"""INSERT INTO must_see_readers (org_id, network_id, must_see_id, account_id)
            SELECT m.org_id, m.network_id, m.id, a.id
            FROM unnest(%(accounts)s::bigint[], %(groups)s::bigint[]) AS w (account_id, group_id)
            JOIN accounts a ON a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = w.account_id
             AND a.kind = 'personal' AND a.host = '' AND a.state = 'active' AND a.suspended_at IS NULL
            JOIN must_see m ON {HERE} AND m.sender_id <> a.id
             AND (m.ends_at > now() OR m.ends_at IS NULL AND m.created_at > now() - interval '30 days')
            {POST} AND p.group_id IS NOT DISTINCT FROM w.group_id
            WHERE CASE WHEN w.group_id IS NULL THEN NOT a.guest ELSE EXISTS (
                SELECT FROM follows f WHERE f.org_id = a.org_id AND f.account_id = a.id
                AND f.target_id = w.group_id) END
            ON CONFLICT DO NOTHING""",
        {**tenant(tx), "accounts": list(account_ids), "groups": list(group_ids) or [None] * len(account_ids)},
    )


async def among(tx: Tx, viewer: int | None, ids: Sequence[int]) -> set[int]:
    """Which of these posts are announcements that the viewer may read."""
    found = await tx.column(
        f"SELECT m.id FROM must_see m {POST} WHERE {HERE} AND m.id = ANY(%(ids)s) AND {readable()}",
        {**tenant(tx, viewer), "ids": list(ids)},
    )
    return set(found)


async def get(tx: Tx, viewer: int | None, id_: int) -> MustSee | None:
    """One whose post the viewer may read."""
    return await tx.one(
        f"""SELECT {FIELDS}, r.read_at FROM must_see m {POST}
            LEFT JOIN must_see_readers r ON r.org_id = m.org_id AND r.must_see_id = m.id AND r.account_id = %(viewer)s
            WHERE {HERE} AND m.id = %(id)s AND {readable()}""",
        {**tenant(tx, viewer), "id": id_},
        as_=MustSee,
    )


async def unread(tx: Tx, me: int, *, also_read: bool = False) -> list[MustSee]:
    """What is addressed to me and still holds, newest first."""
    mine = "r.account_id = %(viewer)s" if also_read else "r.account_id = %(viewer)s AND r.read_at IS NULL"
    return await tx.all(
        f"""SELECT {FIELDS}, r.read_at FROM must_see_readers r
            JOIN must_see m ON m.org_id = r.org_id AND m.id = r.must_see_id {POST}
            WHERE {HERE} AND {mine} AND {CURRENT} AND {readable()} ORDER BY m.id DESC LIMIT 40""",
        tenant(tx, me),
        as_=MustSee,
    )


async def sent(tx: Tx, me: int, asked: Page) -> list[MustSee]:
    where, params = asked.where("m.id")
    return await tx.all(
        f"""SELECT {FIELDS} FROM must_see m {POST} WHERE {HERE} AND m.sender_id = %(viewer)s AND {where}
            ORDER BY m.id {asked.direction} LIMIT {asked.limit}""",
        {**tenant(tx, me), **params},
        as_=MustSee,
    )


async def mark_read(tx: Tx, me: int, id_: int, at: datetime) -> bool:
    """Note that I read it; False if it was not addressed to me or I had."""
    done = await tx.run(
        f"UPDATE must_see_readers r SET read_at = %(at)s WHERE {READERS} AND r.account_id = %(me)s "
        "AND r.read_at IS NULL",
        {**tenant(tx), "id": id_, "me": me, "at": at},
    )
    return done > 0


async def tally(tx: Tx, id_: int) -> Tally:
    found = await tx.one(
        f"""SELECT count(*) AS total, count(r.told_at) AS told, count(r.mailed_at) AS mailed,
                   count(r.reminded_at) AS reminded, count(r.read_at) AS read
            FROM must_see_readers r WHERE {READERS}""",
        {**tenant(tx), "id": id_},
        as_=Tally,
    )
    assert found is not None
    return found


async def readers(tx: Tx, id_: int, read: bool | None, asked: Page) -> list[Reader]:
    """A page of those addressed, by account id."""
    where, params = asked.where("r.account_id")
    return await tx.all(
        f"""SELECT r.account_id, r.told_at, r.mailed_at, r.reminded_at, r.read_at FROM must_see_readers r
            WHERE {READERS} AND (%(read)s::boolean IS NULL OR (r.read_at IS NOT NULL) = %(read)s::boolean) AND {where}
            ORDER BY r.account_id {asked.direction} LIMIT {asked.limit}""",
        {**tenant(tx), "id": id_, "read": read, **params},
        as_=Reader,
    )


async def rows(tx: Tx, id_: int) -> list[Row]:
    """Everybody addressed with name and handle, for a file."""
    return await tx.all(
        f"""SELECT a.handle, a.display_name, r.told_at, r.mailed_at, r.reminded_at, r.read_at FROM must_see_readers r
            JOIN accounts a ON a.org_id = r.org_id AND a.id = r.account_id WHERE {READERS} ORDER BY lower(a.handle)""",
        {**tenant(tx), "id": id_},
    )


async def waiting(tx: Tx, id_: int, step: Step, limit: int) -> list[int]:
    """Some of those whom a step still has to reach; a second worker takes others."""
    return await tx.column(
        f"""SELECT r.account_id FROM must_see_readers r WHERE {READERS} AND {WAITING[step]}
            ORDER BY r.account_id LIMIT {limit} FOR UPDATE SKIP LOCKED""",
        {**tenant(tx), "id": id_},
    )


async def reached(tx: Tx, id_: int, step: Step, account_ids: Sequence[int], mailed: Sequence[int]) -> None:
    column = {"told": "told_at", "reminded": "reminded_at"}[step]
    await tx.run(
        f"""UPDATE must_see_readers r SET {column} = now(),
                mailed_at = CASE WHEN r.account_id = ANY(%(mailed)s) THEN coalesce(r.mailed_at, now())
                                 ELSE r.mailed_at END
            WHERE {READERS} AND r.account_id = ANY(%(accounts)s)""",
        {**tenant(tx), "id": id_, "accounts": list(account_ids), "mailed": list(mailed)},
    )


async def departments(tx: Tx, id_: int) -> list[Department]:
    """By the directory's word for each person's department; who has none is left out."""
    return await tx.all(
        f"""SELECT min(c.department) AS name, count(*) AS total, count(r.read_at) AS read FROM must_see_readers r
            JOIN colleague_profiles c ON c.org_id = r.org_id AND c.network_id = r.network_id
             AND c.account_id = r.account_id AND c.department <> ''
            WHERE {READERS} GROUP BY lower(c.department) ORDER BY lower(min(c.department))""",
        {**tenant(tx), "id": id_},
        as_=Department,
    )
