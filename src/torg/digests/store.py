"""All SQL of digests: plans, periods, and what was missed as far as the transaction's viewer may read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from torg.digests.model import Due, Plan
from torg.engine.postgres import Row, Tx
from torg.posts.visibility import readable

COLUMNS = "every, hour, weekday, zone, chosen, next_at"
TENANT = "org_id = %(org)s AND network_id = %(network)s"
FRESH = "decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')"
RECENT = 2000
"""Of a busy network the newest replies tell enough; the query never reads more."""


def tenant(tx: Tx, account_id: int) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "account": account_id, "viewer": account_id}


async def plan(tx: Tx, account_id: int) -> Plan | None:
    """What is kept for a member; None where only the network's default holds yet."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM digest_plans WHERE {TENANT} AND account_id = %(account)s",
        tenant(tx, account_id),
        as_=Plan,
    )


async def put(tx: Tx, account_id: int, plan: Plan) -> None:
    """Keep a plan; the secret of the links stays what it was."""
    await tx.run(
        f"""INSERT INTO digest_plans (org_id, network_id, account_id, every, hour, weekday, zone, chosen, secret,
                                      next_at)
            VALUES (%(org)s, %(network)s, %(account)s, %(every)s, %(hour)s, %(weekday)s, %(zone)s, %(chosen)s,
                    {FRESH}, %(next)s)
            ON CONFLICT (org_id, account_id) DO UPDATE
            SET every = excluded.every, hour = excluded.hour, weekday = excluded.weekday, zone = excluded.zone,
                chosen = excluded.chosen, next_at = excluded.next_at""",
        {
            **tenant(tx, account_id), "every": plan.every, "hour": plan.hour, "weekday": plan.weekday,
            "zone": plan.zone, "chosen": plan.chosen, "next": plan.next_at,
        },
    )  # fmt: skip


async def secret(tx: Tx, account_id: int) -> bytes | None:
    """What signs a member's links."""
    found = await tx.value(
        f"SELECT secret FROM digest_plans WHERE {TENANT} AND account_id = %(account)s", tenant(tx, account_id)
    )
    return bytes(found) if found is not None else None


async def stop(tx: Tx, account_id: int) -> None:
    await tx.run(
        f"""UPDATE digest_plans SET every = 'off', chosen = true, next_at = NULL WHERE {TENANT}
            AND account_id = %(account)s""",
        tenant(tx, account_id),
    )


async def follow_default(tx: Tx, org_id: int, network_id: int, plan: Plan) -> int:
    """Bring the plans of those who have not chosen up to the network's default (system); how many were changed."""
    params = {
        "org": org_id, "network": network_id, "every": plan.every, "hour": plan.hour, "weekday": plan.weekday,
        "zone": plan.zone, "next": plan.next_at,
    }  # fmt: skip
    changed = await tx.run(
        f"""UPDATE digest_plans SET every = %(every)s, zone = %(zone)s, next_at = %(next)s
            WHERE {TENANT} AND NOT chosen AND (every <> %(every)s OR zone <> %(zone)s)""",
        params,
    )
    if plan.every == "off":
        return changed
    return changed + await tx.run(
        f"""INSERT INTO digest_plans (org_id, network_id, account_id, every, hour, weekday, zone, secret, next_at)
            SELECT a.org_id, a.network_id, a.id, %(every)s, %(hour)s, %(weekday)s, %(zone)s, {FRESH}, %(next)s
            FROM accounts a LEFT JOIN digest_plans d ON d.org_id = a.org_id AND d.account_id = a.id
            WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.kind = 'personal' AND a.state = 'active'
            AND a.person_id IS NOT NULL AND d.account_id IS NULL
            ON CONFLICT DO NOTHING""",
        params,
    )


async def due(tx: Tx, limit: int) -> list[Due]:
    """Plans whose hour has come, locked (system); another worker's are passed over."""
    return await tx.all(
        f"""SELECT org_id, network_id, account_id, {COLUMNS} FROM digest_plans WHERE next_at <= now()
            ORDER BY next_at LIMIT {int(limit)} FOR UPDATE SKIP LOCKED""",
        as_=Due,
    )


async def begin(tx: Tx, due: Due, period: str, since: datetime, next_at: datetime | None) -> bool:
    """Open the period and move the plan on (system); whether the period is new."""
    params = {
        "org": due.org_id, "network": due.network_id, "account": due.account_id, "period": period, "since": since,
        "next": next_at,
    }  # fmt: skip
    new = await tx.run(
        """INSERT INTO digest_periods (org_id, network_id, account_id, period, since)
           VALUES (%(org)s, %(network)s, %(account)s, %(period)s, %(since)s) ON CONFLICT DO NOTHING""",
        params,
    )
    await tx.run(f"UPDATE digest_plans SET next_at = %(next)s WHERE {TENANT} AND account_id = %(account)s", params)
    return new > 0


async def take(tx: Tx, account_id: int, period: str) -> datetime | None:
    """Since when, of a period that is still to be written, locked; None if it has been."""
    found: datetime | None = await tx.value(
        f"""SELECT since FROM digest_periods WHERE {TENANT} AND account_id = %(account)s AND period = %(period)s
            AND state = 'planned' FOR UPDATE""",
        {**tenant(tx, account_id), "period": period},
    )
    return found


async def finish(tx: Tx, account_id: int, period: str, state: str) -> None:
    await tx.run(
        f"""UPDATE digest_periods SET state = %(state)s WHERE {TENANT} AND account_id = %(account)s
            AND period = %(period)s""",
        {**tenant(tx, account_id), "period": period, "state": state},
    )


async def sweep(tx: Tx) -> int:
    """Forget periods that are long over (system)."""
    return await tx.run("DELETE FROM digest_periods WHERE planned_at < now() - interval '60 days'")


async def was_here(tx: Tx, account_id: int, since: datetime) -> bool:
    """Whether the account was in use on a day after that of `since`."""
    return bool(
        await tx.value(
            f"SELECT true FROM account_days WHERE {TENANT} AND account_id = %(account)s AND day > %(day)s LIMIT 1",
            {**tenant(tx, account_id), "day": since.date()},
        )
    )


async def mentions(tx: Tx, account_id: int, after_id: int, limit: int) -> tuple[int, list[int]]:
    """How many mentions came since and are not behind the marker (at most 100), and the posts of the newest."""
    rows = await tx.all(
        f"""SELECT post_id FROM notices n WHERE {TENANT} AND account_id = %(account)s AND n.dismissed_at IS NULL
            AND n.type IN ('mention', 'quote')
            AND NOT filtered AND n.id > greatest(%(after)s, coalesce((
                SELECT k.last_read_id FROM markers k WHERE k.org_id = %(org)s AND k.account_id = %(account)s
                AND k.timeline = 'notifications'), 0))
            AND post_id IS NOT NULL ORDER BY n.id DESC LIMIT 100""",
        {**tenant(tx, account_id), "after": after_id},
    )
    return len(rows), [row["post_id"] for row in rows[:limit]]


async def conversations(tx: Tx, account_id: int, after_id: int) -> int:
    """How many conversations got something unread since, at most 100."""
    found: int = await tx.value(
        f"""SELECT count(*) FROM (SELECT FROM conversation_members WHERE {TENANT} AND account_id = %(account)s
            AND unread AND NOT hidden AND NOT muted AND last_message_id > %(after)s LIMIT 100) c""",
        {**tenant(tx, account_id), "after": after_id},
    )
    return found


async def threads(tx: Tx, account_id: int, after_id: int, limit: int) -> list[Row]:
    """(thread_id, replies) of the threads that got the most replies since, unread ones of others alone."""
    return await tx.all(
        f"""SELECT t.thread_id, t.replies FROM (
              SELECT n.thread_id, count(*) AS replies FROM (
                SELECT p.id, p.thread_id FROM posts p
                WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id > %(after)s
                AND p.thread_id <> p.id AND p.boost_of_id IS NULL AND p.account_id <> %(viewer)s AND {readable()}
                ORDER BY p.id DESC LIMIT {RECENT}) n
              LEFT JOIN read_marks m ON m.org_id = %(org)s AND m.account_id = %(viewer)s AND m.place = 'thread'
                   AND m.subject_id = n.thread_id
              WHERE n.id > coalesce(m.last_read_id, 0)
              GROUP BY n.thread_id HAVING count(*) > 1) t
            JOIN posts p ON p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = t.thread_id
            WHERE {readable()}
            AND NOT EXISTS (SELECT FROM mutes x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
                AND x.target_id IN (p.account_id, p.group_id) AND (x.expires_at IS NULL OR x.expires_at > now()))
            AND NOT EXISTS (SELECT FROM blocks x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
                AND x.target_id IN (p.account_id, p.group_id))
            AND NOT EXISTS (SELECT FROM thread_mutes x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
                AND x.thread_id = t.thread_id)
            ORDER BY t.replies DESC, t.thread_id DESC LIMIT {int(limit)}""",
        {**tenant(tx, account_id), "after": after_id},
    )


async def new_groups(tx: Tx, account_id: int, since: datetime) -> Sequence[int]:
    """Groups made since that the viewer may know of (the row security says which), newest first, at most 100."""
    return await tx.column(
        """SELECT g.id FROM groups g JOIN accounts a ON a.org_id = g.org_id AND a.id = g.id
           WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND g.created_at >= %(since)s
           AND g.archived_at IS NULL AND a.state = 'active' AND a.suspended_at IS NULL
           AND g.created_by IS DISTINCT FROM %(account)s
           AND (g.kind <> 'hidden' OR EXISTS (SELECT FROM follows f WHERE f.org_id = g.org_id AND f.target_id = g.id
                AND f.account_id = %(account)s))
           ORDER BY g.id DESC LIMIT 100""",
        {**tenant(tx, account_id), "since": since},
    )


async def new_colleagues(tx: Tx, account_id: int, since: datetime) -> Sequence[int]:
    """Members who came since, newest first, at most 100."""
    return await tx.column(
        f"""SELECT id FROM accounts WHERE {TENANT} AND kind = 'personal' AND host = '' AND state = 'active'
            AND suspended_at IS NULL AND disabled_at IS NULL AND NOT guest AND discoverable AND id <> %(account)s
            AND created_at >= %(since)s ORDER BY id DESC LIMIT 100""",
        {**tenant(tx, account_id), "since": since},
    )
