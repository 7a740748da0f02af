"""All SQL of marks, and the bounded counts by index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.postgres import Tx
from torg.posts.visibility import readable
from torg.reading.model import InGroup, Mark

MOST = 101
"""One more than is shown, so that it is known whether there are more."""
MOST_GROUPS = 200


def tenant(tx: Tx, me: int) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": me}


async def put(tx: Tx, me: int, place: str, subject_id: int, last_read_id: int, *, force: bool) -> Mark | None:
    """Move a mark forward, with `force` also back; None if it stays where it is."""
    return await tx.one(
        """INSERT INTO read_marks AS m (org_id, network_id, account_id, place, subject_id, last_read_id)
           VALUES (%(org)s, %(network)s, %(viewer)s, %(place)s, %(subject)s, %(id)s)
           ON CONFLICT (org_id, account_id, place, subject_id) DO UPDATE
           SET last_read_id = excluded.last_read_id, updated_at = now()
           WHERE m.last_read_id < excluded.last_read_id OR (%(force)s AND m.last_read_id <> excluded.last_read_id)
           RETURNING place, subject_id, last_read_id, updated_at""",
        {**tenant(tx, me), "place": place, "subject": subject_id, "id": last_read_id, "force": force},
        as_=Mark,
    )


async def put_timeline(tx: Tx, me: int, timeline: str, last_read_id: int, *, force: bool) -> Mark | None:
    """The same for Mastodon's markers, which its own method may move anywhere."""
    return await tx.one(
        """INSERT INTO markers AS m (org_id, network_id, account_id, timeline, last_read_id)
           VALUES (%(org)s, %(network)s, %(viewer)s, %(timeline)s, %(id)s)
           ON CONFLICT (org_id, account_id, timeline) DO UPDATE
           SET last_read_id = excluded.last_read_id, version = m.version + 1, updated_at = now()
           WHERE m.last_read_id < excluded.last_read_id OR (%(force)s AND m.last_read_id <> excluded.last_read_id)
           RETURNING timeline AS place, 0 AS subject_id, last_read_id, updated_at""",
        {**tenant(tx, me), "timeline": timeline, "id": last_read_id, "force": force},
        as_=Mark,
    )


async def mark(tx: Tx, me: int, place: str, subject_id: int) -> Mark | None:
    return await tx.one(
        """SELECT place, subject_id, last_read_id, updated_at FROM read_marks WHERE org_id = %(org)s
           AND network_id = %(network)s AND account_id = %(viewer)s AND place = %(place)s
           AND subject_id = %(subject)s""",
        {**tenant(tx, me), "place": place, "subject": subject_id},
        as_=Mark,
    )


async def timeline_mark(tx: Tx, me: int, timeline: str) -> Mark | None:
    return await tx.one(
        """SELECT timeline AS place, 0 AS subject_id, last_read_id, updated_at FROM markers WHERE org_id = %(org)s
           AND network_id = %(network)s AND account_id = %(viewer)s AND timeline = %(timeline)s""",
        {**tenant(tx, me), "timeline": timeline},
        as_=Mark,
    )


async def in_group(tx: Tx, me: int, group_id: int) -> bool:
    """Whether the group is there for the reader, as a member."""
    return bool(
        await tx.value(
            """SELECT true FROM groups g JOIN follows f ON f.org_id = g.org_id AND f.target_id = g.id
               AND f.account_id = %(viewer)s
               WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND g.id = %(group)s""",
            {**tenant(tx, me), "group": group_id},
        )
    )


async def others_of(tx: Tx, me: int, ids: Sequence[int]) -> int:
    """How many of these posts somebody else wrote."""
    found: int = await tx.value(
        """SELECT count(*) FROM posts WHERE org_id = %(org)s AND network_id = %(network)s AND id = ANY(%(ids)s)
           AND account_id <> %(viewer)s""",
        {**tenant(tx, me), "ids": list(ids)},
    )
    return found


async def groups(tx: Tx, me: int) -> list[InGroup]:
    """New posts of the groups that one is in: per group at most 101 by index, since the mark or since one came."""
    return await tx.all(
        f"""SELECT g.id AS group_id, n.count, m.last_read_id
            FROM (SELECT target_id AS id, id AS came FROM follows WHERE org_id = %(org)s AND network_id = %(network)s
                  AND account_id = %(viewer)s AND target_id IN (
                      SELECT id FROM groups WHERE org_id = %(org)s AND network_id = %(network)s)
                  ORDER BY id DESC LIMIT {MOST_GROUPS}) g
            LEFT JOIN read_marks m ON m.org_id = %(org)s AND m.account_id = %(viewer)s AND m.place = 'group'
                 AND m.subject_id = g.id
            CROSS JOIN LATERAL (SELECT count(*) AS count FROM (
                SELECT FROM posts p WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.group_id = g.id
                AND p.id > coalesce(m.last_read_id, g.came) AND p.account_id <> %(viewer)s AND {readable()}
                ORDER BY p.id DESC LIMIT {MOST}) new) n
            WHERE n.count > 0 ORDER BY n.count DESC, g.id""",
        tenant(tx, me),
        as_=InGroup,
    )


async def threads(tx: Tx, me: int, thread_ids: Sequence[int]) -> dict[int, int]:
    """New posts of threads since their mark (without one, all), at most 101 each; threads without any are left out."""
    rows = await tx.all(
        f"""SELECT t.id, n.count FROM unnest(%(threads)s::bigint[]) AS t(id)
            LEFT JOIN read_marks m ON m.org_id = %(org)s AND m.account_id = %(viewer)s AND m.place = 'thread'
                 AND m.subject_id = t.id
            CROSS JOIN LATERAL (SELECT count(*) AS count FROM (
                SELECT FROM posts p WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.thread_id = t.id
                AND p.id > coalesce(m.last_read_id, 0) AND p.account_id <> %(viewer)s AND {readable()}
                ORDER BY p.id DESC LIMIT {MOST}) new) n
            WHERE n.count > 0""",
        {**tenant(tx, me), "threads": list(thread_ids)},
    )
    return {row["id"]: row["count"] for row in rows}


async def conversations(tx: Tx, me: int) -> int:
    """How many conversations have something unread, at most 101."""
    found: int = await tx.value(
        f"""SELECT count(*) FROM (SELECT FROM conversation_members WHERE org_id = %(org)s AND network_id = %(network)s
            AND account_id = %(viewer)s AND unread AND NOT hidden LIMIT {MOST}) c""",
        tenant(tx, me),
    )
    return found


async def conversation(tx: Tx, me: int, conversation_id: int, last_read_id: int, *, force: bool) -> bool | None:
    """Mark a conversation as read if it was read to its end, with `force` as unread if not; None: not one's own.

    Otherwise whether anything changed.
    """
    row = await tx.one(
        """SELECT last_message_id, unread FROM conversation_members WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(viewer)s AND conversation_id = %(id)s FOR UPDATE""",
        {**tenant(tx, me), "id": conversation_id},
    )
    if row is None:
        return None
    unread = (row["last_message_id"] or 0) > last_read_id
    if unread == row["unread"] or (unread and not force):
        return False
    await tx.run(
        """UPDATE conversation_members SET unread = %(unread)s WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(viewer)s AND conversation_id = %(id)s""",
        {**tenant(tx, me), "id": conversation_id, "unread": unread},
    )
    return True
