"""SQL of notices; every statement names the reader that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from torg.engine.postgres import Row, Tx
from torg.kernel.ids import id_at
from torg.kernel.page import Page, in_order
from torg.notices.model import Between, News, Notice, Wanted

FIELDS = ", ".join(f"n.{name}" for name in Notice.__struct_fields__)
RECENT = timedelta(hours=13)
MINE = "n.org_id = %(org)s AND n.network_id = %(network)s AND n.account_id = %(me)s"

# Of whom the reader wants to hear nothing any more, nothing earlier is shown either; unblocking brings it back.
SHOWN = """
    n.dismissed_at IS NULL AND NOT EXISTS (SELECT FROM accounts a WHERE a.org_id = n.org_id AND a.id = n.from_id
                AND (a.suspended_at IS NOT NULL OR a.state = 'deleted'))
    AND (n.insistent OR NOT EXISTS (SELECT FROM blocks b WHERE b.org_id = n.org_id
                    AND (b.account_id = n.account_id AND b.target_id = n.from_id
                         OR b.account_id = n.from_id AND b.target_id = n.account_id))
         AND NOT EXISTS (SELECT FROM mutes m WHERE m.org_id = n.org_id AND m.account_id = n.account_id
                    AND m.target_id = n.from_id AND m.notifications
                    AND (m.expires_at IS NULL OR m.expires_at > now())))
"""

# Without a policy of one's own: on a public network strangers' private mentions and limited accounts are held back
# (Mastodon's defaults); among colleagues nothing is. LATERAL and LIMIT: one look into an index for each, also before
# the first ANALYZE, when a join of thousands of readers would be planned as if there were one.
BETWEEN = """
    SELECT c.n,
        r.host = '' AND r.state = 'active' AND r.suspended_at IS NULL AS reader_here,
        d.suspended_at IS NULL AND d.state = 'active' AS doer_here,
        EXISTS (SELECT FROM blocks b WHERE b.org_id = r.org_id
                AND (b.account_id = c.reader AND b.target_id = c.doer
                     OR b.account_id = c.doer AND b.target_id = c.reader))
        OR d.host <> '' AND f.account_id IS NULL AND EXISTS (SELECT FROM domain_blocks x
                WHERE x.org_id = r.org_id AND x.account_id = c.reader AND x.domain = d.host) AS blocked,
        EXISTS (SELECT FROM mutes m WHERE m.org_id = r.org_id AND m.account_id = c.reader AND m.target_id = c.doer
                AND m.notifications AND (m.expires_at IS NULL OR m.expires_at > now())) AS muted,
        EXISTS (SELECT FROM thread_mutes t WHERE t.org_id = r.org_id AND t.account_id = c.reader
                AND t.thread_id = c.thread)
        OR EXISTS (SELECT FROM conversation_members k WHERE k.org_id = r.org_id AND k.account_id = c.reader
                   AND k.conversation_id = c.conversation AND k.muted) AS thread_muted,
        f.account_id IS NOT NULL AS following,
        EXISTS (SELECT FROM follows g WHERE g.org_id = r.org_id AND g.account_id = c.doer
                AND g.target_id = c.reader) AS follower,
        d.created_at > now() - interval '30 days' AS is_new,
        d.silenced_at IS NOT NULL AS limited,
        EXISTS (SELECT FROM notice_permissions q WHERE q.org_id = r.org_id AND q.account_id = c.reader
                AND q.from_id = c.doer) AS permitted,
        coalesce(p.for_not_following, 'accept') AS for_not_following,
        coalesce(p.for_not_followers, 'accept') AS for_not_followers,
        coalesce(p.for_new_accounts, 'accept') AS for_new_accounts,
        coalesce(p.for_private_mentions, CASE w.kind WHEN 'public' THEN 'filter' ELSE 'accept' END)
            AS for_private_mentions,
        coalesce(p.for_limited_accounts, CASE w.kind WHEN 'public' THEN 'filter' ELSE 'accept' END)
            AS for_limited_accounts
    FROM unnest(%(n)s::int[], %(readers)s::bigint[], %(doers)s::bigint[], %(threads)s::bigint[],
                %(conversations)s::bigint[]) AS c (n, reader, doer, thread, conversation)
    CROSS JOIN LATERAL (SELECT a.org_id, a.host, a.state, a.suspended_at FROM accounts a
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = c.reader LIMIT 1) r
    CROSS JOIN LATERAL (SELECT a.host, a.state, a.suspended_at, a.silenced_at, a.created_at FROM accounts a
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = c.doer LIMIT 1) d
    JOIN networks w ON w.org_id = %(org)s AND w.id = %(network)s
    LEFT JOIN LATERAL (SELECT f.account_id FROM follows f
        WHERE f.org_id = %(org)s AND f.account_id = c.reader AND f.target_id = c.doer LIMIT 1) f ON true
    LEFT JOIN LATERAL (SELECT p.* FROM notice_policies p
        WHERE p.org_id = %(org)s AND p.account_id = c.reader LIMIT 1) p ON true
"""

# A cause that was taken back before its turn came leaves no notice; a notice there already stays the only one.
INSERT = """
    INSERT INTO notices (org_id, network_id, id, account_id, type, from_id, source, group_key, post_id, boost_id,
                         message_id, subject_id, insistent, filtered, created_at)
    SELECT %(org)s, %(network)s, c.id, c.reader, c.type, c.doer, c.source, c.key, c.post, c.boost, c.message, c.subject,
           c.insistent, c.filtered, c.at
    FROM unnest(%(id)s::bigint[], %(to)s::bigint[], %(type)s::text[], %(by)s::bigint[], %(source)s::text[],
                %(group_key)s::text[], %(post_id)s::bigint[], %(boost_id)s::bigint[], %(message_id)s::bigint[],
                %(subject_id)s::bigint[], %(insistent)s::boolean[], %(filtered)s::boolean[], %(at)s::timestamptz[])
        AS c (id, reader, type, doer, source, key, post, boost, message, subject, insistent, filtered, at)
    WHERE (c.post IS NULL OR EXISTS (SELECT FROM posts p
               WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = c.post))
      AND (c.boost IS NULL OR EXISTS (SELECT FROM posts p
               WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = c.boost))
      AND (c.message IS NULL OR EXISTS (SELECT FROM messages m
               WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.id = c.message))
      AND (c.type <> 'follow' OR EXISTS (SELECT FROM follows f
               WHERE f.org_id = %(org)s AND f.account_id = c.doer AND f.target_id = c.reader))
      AND (c.type <> 'follow_request' OR EXISTS (SELECT FROM follow_requests f
               WHERE f.org_id = %(org)s AND f.account_id = c.doer AND f.target_id = coalesce(c.subject, c.reader)))
      AND (c.type <> 'favourite' OR EXISTS (SELECT FROM favourites f
               WHERE f.org_id = %(org)s AND f.account_id = c.doer AND f.post_id = c.post))
    ORDER BY c.id
    ON CONFLICT (org_id, account_id, type, source) DO NOTHING
    RETURNING id
"""

LATEST = """
    SELECT c.n, n.group_key
    FROM unnest(%(n)s::int[], %(readers)s::bigint[], %(types)s::text[], %(posts)s::bigint[], %(since)s::bigint[])
        AS c (n, reader, type, post, since)
    CROSS JOIN LATERAL (
        SELECT n.group_key FROM notices n
        WHERE n.org_id = %(org)s AND n.network_id = %(network)s AND n.account_id = c.reader AND n.type = c.type
        AND n.id >= c.since AND n.post_id IS NOT DISTINCT FROM c.post ORDER BY n.id DESC LIMIT 1) n
"""


def tenant(tx: Tx, me: int | None = None) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "me": me}


async def between(tx: Tx, news: Sequence[News]) -> dict[int, Between]:
    """For each piece of news by its place: how reader and doer stand to each other. Unknown accounts are left out."""
    params = {
        **tenant(tx),
        "n": list(range(len(news))),
        "readers": [one.to for one in news],
        "doers": [one.by for one in news],
        "threads": [one.thread_id for one in news],
        "conversations": [one.conversation_id for one in news],
    }
    return {row.n: row for row in await tx.all(BETWEEN, params, as_=Between)}


async def latest_keys(tx: Tx, news: Sequence[News]) -> dict[int, str]:
    """By place: the key of the reader's latest notice of the type about the same thing, if recent enough to matter."""
    params = {
        **tenant(tx),
        "n": list(range(len(news))),
        "readers": [one.to for one in news],
        "types": [one.type for one in news],
        "posts": [one.post_id for one in news],
        "since": [id_at(one.at - RECENT) for one in news],
    }
    return {row["n"]: row["group_key"] for row in await tx.all(LATEST, params)}


async def insert(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Store notices (the parts of News, and id, group_key, filtered); the ids of those that are new."""
    names = ("id", "to", "type", "by", "source", "group_key", "post_id", "boost_id", "message_id", "subject_id")
    columns = {name: [row[name] for row in rows] for name in (*names, "insistent", "filtered", "at")}
    return set(await tx.column(INSERT, {**tenant(tx), **columns}))


async def drop_older(tx: Tx, me: int, type_: str, post_id: int, notice_id: int) -> None:
    """Of edits of one post only the latest is told."""
    await tx.run(
        f"DELETE FROM notices n WHERE {MINE} AND n.type = %(type)s AND n.post_id = %(post)s AND n.id < %(id)s",
        {**tenant(tx, me), "type": type_, "post": post_id, "id": notice_id},
    )


def _where(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    conditions, params = [MINE, SHOWN], dict[str, Any]()
    if wanted.types is not None:
        conditions.append("n.type = ANY(%(types)s)")
        params["types"] = wanted.types
    if wanted.exclude_types:
        conditions.append("n.type <> ALL(%(exclude)s)")
        params["exclude"] = wanted.exclude_types
    if wanted.from_id is not None:
        conditions.append("n.from_id = %(from)s")
        params["from"] = wanted.from_id
    if not wanted.include_filtered:
        conditions.append("NOT n.filtered")
    return " AND ".join(conditions), params


async def page(tx: Tx, me: int, wanted: Wanted, asked: Page) -> list[Notice]:
    """A page of notices, newest first."""
    where, params = _where(wanted)
    cursor, cursor_params = asked.where("n.id")
    rows = await tx.all(
        f"""SELECT {FIELDS} FROM notices n WHERE {where} AND {cursor}
            ORDER BY n.id {asked.direction} LIMIT {asked.limit}""",
        {**tenant(tx, me), **params, **cursor_params},
        as_=Notice,
    )
    return in_order(asked, rows)


async def by_ids(tx: Tx, me: int, ids: Sequence[int]) -> list[Notice]:
    """The reader's notices with these ids that are shown, held back or not."""
    return await tx.all(
        f"SELECT {FIELDS} FROM notices n WHERE {MINE} AND {SHOWN} AND n.id = ANY(%(ids)s) ORDER BY n.id DESC",
        {**tenant(tx, me), "ids": list(ids)},
        as_=Notice,
    )


async def unread(tx: Tx, me: int, wanted: Wanted, grouped: Sequence[str], limit: int) -> int:
    """How many notices (or groups, of the grouped types) are newer than the reader's marker; at most `limit`."""
    where, params = _where(wanted)
    count: int = await tx.value(
        f"""SELECT count(*) FROM (
                SELECT DISTINCT CASE WHEN n.type = ANY(%(grouped)s) THEN n.group_key ELSE n.id::text END
                FROM notices n WHERE {where} AND n.id > coalesce((
                    SELECT k.last_read_id FROM markers k WHERE k.org_id = %(org)s AND k.account_id = %(me)s
                    AND k.timeline = 'notifications'), 0)
                LIMIT {int(limit)}) AS counted""",
        {**tenant(tx, me), **params, "grouped": list(grouped)},
    )
    return count


async def totals(tx: Tx, me: int, wanted: Wanted, keys: Sequence[str], sample: int) -> list[Row]:
    """Of each group: key, number, newest id and the latest `sample` doers."""
    where, params = _where(wanted)
    return await tx.all(
        f"""SELECT n.group_key, count(*) AS count, max(n.id) AS newest,
                   (array_agg(n.from_id ORDER BY n.id DESC))[1:{int(sample)}] AS sample
            FROM notices n WHERE {where} AND n.group_key = ANY(%(keys)s) GROUP BY n.group_key""",
        {**tenant(tx, me), **params, "keys": list(keys)},
    )


async def doers(tx: Tx, me: int, key: str, asked: Page) -> list[Row]:
    """Notice id and doer of a group, newest first."""
    cursor, params = asked.where("n.id")
    rows = await tx.all(
        f"""SELECT n.id, n.from_id FROM notices n WHERE {MINE} AND {SHOWN} AND n.group_key = %(key)s AND {cursor}
            ORDER BY n.id {asked.direction} LIMIT {asked.limit}""",
        {**tenant(tx, me), **params, "key": key},
    )
    return in_order(asked, rows)


async def delete(tx: Tx, me: int, id_: int) -> int:
    return await tx.run(f"DELETE FROM notices n WHERE {MINE} AND n.id = %(id)s", {**tenant(tx, me), "id": id_})


async def delete_group(tx: Tx, me: int, key: str) -> int:
    return await tx.run(f"DELETE FROM notices n WHERE {MINE} AND n.group_key = %(key)s", {**tenant(tx, me), "key": key})


async def clear(tx: Tx, me: int) -> None:
    await tx.run(f"DELETE FROM notices n WHERE {MINE}", tenant(tx, me))


async def put_away(tx: Tx, me: int, *, key: str | None, id_: int | None, until: int | None, at: datetime) -> int:
    """Hide the notices of a group, one, or all up to `until`; how many. What was put away before is deleted."""
    await tx.run(f"DELETE FROM notices n WHERE {MINE} AND n.dismissed_at IS NOT NULL", tenant(tx, me))
    return await tx.run(
        f"""UPDATE notices n SET dismissed_at = %(at)s WHERE {MINE} AND NOT n.filtered
            AND (n.group_key = %(key)s OR n.id = %(id)s OR n.id <= %(until)s)""",
        {**tenant(tx, me), "key": key, "id": id_, "until": until, "at": at},
    )


async def bring_back(tx: Tx, me: int, at: datetime) -> int:
    """Show again what was put away at that moment; how many."""
    return await tx.run(
        f"UPDATE notices n SET dismissed_at = NULL WHERE {MINE} AND n.dismissed_at = %(at)s",
        {**tenant(tx, me), "at": at},
    )
