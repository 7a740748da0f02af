"""SQL of retention, for system transactions, since only they may ask what is held; each query names its network."""

from __future__ import annotations

from typing import Any

from torg.engine.postgres import Tx
from torg.orgs.model import Network
from torg.retention.model import Example, GroupRule, Tally

# The group's own number of days wins. No number at all: the comparison is NULL, and the post stays.
DUE_POSTS = """
    SELECT p.id, p.account_id, p.group_id, p.created_at, p.source,
        CASE WHEN p.boost_of_id IS NOT NULL THEN 'boost' WHEN p.reply_to_account_id IS NOT NULL THEN 'reply'
             ELSE 'post' END AS kind,
        torg_post_holds(p) <> '{}' AS held
    FROM posts p LEFT JOIN groups g ON g.org_id = p.org_id AND g.id = p.group_id
    WHERE p.org_id = %(org)s AND p.network_id = %(network)s
    AND (%(group)s::bigint IS NULL OR p.group_id = %(group)s)
    AND p.created_at < now() - make_interval(days => CASE WHEN %(group)s::bigint IS NULL
        THEN coalesce(g.retention_days, %(days)s::int) ELSE %(days)s::int END)
"""
DUE_MESSAGES = """
    SELECT m.id, m.account_id, NULL::bigint AS group_id, m.created_at, m.source, 'message' AS kind,
        torg_message_holds(m) <> '{}' AS held
    FROM messages m WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND %(group)s::bigint IS NULL
    AND m.created_at < now() - make_interval(days => %(message_days)s::int)
"""
NEXT_POSTS = f"""
SELECT due.id FROM ({DUE_POSTS}) due WHERE due.id > %(after)s AND NOT due.held ORDER BY due.id LIMIT %(most)s
"""
NEXT_MESSAGES = f"""
SELECT due.id, due.account_id FROM ({DUE_MESSAGES}) due
WHERE due.id > %(after)s AND NOT due.held ORDER BY due.id LIMIT %(most)s
"""
DUE = f"WITH due AS ({DUE_POSTS} UNION ALL {DUE_MESSAGES})"
SUMMARY = f"""{DUE}
SELECT count(*) FILTER (WHERE NOT held) AS total, count(*) FILTER (WHERE held) AS held,
    min(created_at) FILTER (WHERE NOT held) AS oldest,
    count(*) FILTER (WHERE NOT held AND kind = 'post') AS post,
    count(*) FILTER (WHERE NOT held AND kind = 'reply') AS reply,
    count(*) FILTER (WHERE NOT held AND kind = 'boost') AS boost,
    count(*) FILTER (WHERE NOT held AND kind = 'message') AS message,
    (SELECT count(*) FROM media_files f JOIN media m ON m.org_id = f.org_id AND m.id = f.media_id
        WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND EXISTS (SELECT FROM due d WHERE NOT d.held
        AND d.id = coalesce(m.post_id, m.message_id))) AS files,
    (SELECT coalesce(sum(f.size), 0)::bigint FROM media_files f JOIN media m ON m.org_id = f.org_id
        AND m.id = f.media_id WHERE f.org_id = %(org)s AND f.network_id = %(network)s
        AND EXISTS (SELECT FROM due d WHERE NOT d.held AND d.id = coalesce(m.post_id, m.message_id))) AS bytes
FROM due
"""
BY_GROUP = f"""{DUE}
SELECT due.group_id AS id, coalesce(a.handle, '') AS name, count(*) AS count FROM due
LEFT JOIN accounts a ON a.org_id = %(org)s AND a.id = due.group_id
WHERE NOT due.held GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT %(most)s
"""
BY_AUTHOR = f"""{DUE}
SELECT due.account_id AS id, coalesce(a.handle, '') AS name, count(*) AS count FROM due
LEFT JOIN accounts a ON a.org_id = %(org)s AND a.id = due.account_id
WHERE NOT due.held GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT %(most)s
"""
EXAMPLES = f"""{DUE}
SELECT due.id, due.kind, due.account_id, coalesce(a.handle, '') AS handle, due.group_id, due.created_at,
    left(due.source, 200) AS text FROM due LEFT JOIN accounts a ON a.org_id = %(org)s AND a.id = due.account_id
WHERE NOT due.held AND due.id > %(after)s ORDER BY due.id LIMIT %(most)s
"""
GROUPS = """
SELECT g.id, a.handle, g.retention_days FROM groups g JOIN accounts a ON a.org_id = g.org_id AND a.id = g.id
WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND g.retention_days IS NOT NULL ORDER BY a.handle
"""
# Of what was deleted: its own time, counted from the deletion. What a hold keeps waits for the release.
STALE = (
    """DELETE FROM deleted_posts WHERE (org_id, id) IN (SELECT org_id, id FROM deleted_posts
       WHERE org_id = %(org)s AND network_id = %(network)s AND holds = '{}'
       AND deleted_at < now() - make_interval(days => %(deleted_days)s::int) LIMIT %(most)s)""",
    """DELETE FROM deleted_messages WHERE (org_id, id) IN (SELECT org_id, id FROM deleted_messages
       WHERE org_id = %(org)s AND network_id = %(network)s AND holds = '{}'
       AND deleted_at < now() - make_interval(days => %(deleted_days)s::int) LIMIT %(most)s)""",
    """DELETE FROM kept_media WHERE (org_id, id) IN (SELECT org_id, id FROM kept_media
       WHERE org_id = %(org)s AND network_id = %(network)s AND holds = '{}'
       AND kept_at < now() - make_interval(days => %(deleted_days)s::int) LIMIT %(most)s)""",
)
# What retention itself removed leaves no snapshot, else it would only have moved.
FORGET_POSTS = (
    """DELETE FROM deleted_posts WHERE org_id = %(org)s AND network_id = %(network)s AND id = ANY (%(ids)s)
       AND holds = '{}'""",
    """DELETE FROM kept_media WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = ANY (%(ids)s)
       AND holds = '{}'""",
)
FORGET_MESSAGES = (
    """DELETE FROM deleted_messages WHERE org_id = %(org)s AND network_id = %(network)s AND id = ANY (%(ids)s)
       AND holds = '{}'""",
    """DELETE FROM kept_media WHERE org_id = %(org)s AND network_id = %(network)s AND message_id = ANY (%(ids)s)
       AND holds = '{}'""",
)


def params(network: Network, **more: Any) -> dict[str, Any]:
    """Parameters of the queries above, as the network is set; `more` replaces and adds."""
    settings = network.settings
    return {
        "org": network.org_id,
        "network": network.id,
        "group": None,
        "days": settings.retention_days,
        "message_days": settings.message_retention_days,
        "deleted_days": settings.deleted_retention_days,
        **more,
    }


async def groups(tx: Tx, network: Network) -> list[GroupRule]:
    """The groups with days of their own."""
    return await tx.all(GROUPS, params(network), as_=GroupRule)


async def group_days(tx: Tx, network: Network, group_id: int) -> tuple[int | None] | None:
    """A group's own days in a tuple; None where there is no such group."""
    row = await tx.one(
        "SELECT retention_days FROM groups WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(group)s",
        params(network, group=group_id),
    )
    return None if row is None else (row["retention_days"],)


async def set_group_days(tx: Tx, network: Network, group_id: int, days: int | None) -> None:
    await tx.run(
        """UPDATE groups SET retention_days = %(days)s
           WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(group)s""",
        params(network, group=group_id, days=days),
    )


async def tallies(tx: Tx, values: dict[str, Any], most: int) -> tuple[list[Tally], list[Tally]]:
    """(by group, by author), the largest first."""
    values = {**values, "most": most}
    return await tx.all(BY_GROUP, values, as_=Tally), await tx.all(BY_AUTHOR, values, as_=Tally)


async def examples(tx: Tx, values: dict[str, Any], after: int, most: int) -> list[Example]:
    """A page of what would go, the oldest first."""
    return await tx.all(EXAMPLES, {**values, "after": after, "most": most}, as_=Example)
