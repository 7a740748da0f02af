"""SQL of plain posts: what they must know, and all of them written by one statement."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from torg.accounts import store as accounts
from torg.accounts.model import Account
from torg.engine.postgres import NATIVE, Tx
from torg.posts.model import AppName
from torg.posts.store import tenant

MOST_APPS = 1_000
_apps: OrderedDict[tuple[str, int, int], AppName] = OrderedDict()


class Parent(msgspec.Struct, frozen=True):
    """A post that is answered."""

    id: int
    account_id: int
    thread_id: int


async def lock_keys(tx: Tx, keyed: Collection[tuple[int, str]]) -> None:
    """One use of a key of an account at a time."""
    await tx.run(LOCK_KEYS, {"keys": [key for _, key in keyed], "accounts": [account for account, _ in keyed]})


async def known_keys(tx: Tx, keyed: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """(account, key) → the post that it made before."""
    rows = await tx.all(
        KNOWN_KEYS,
        {**tenant(tx), "accounts": [account for account, _ in keyed], "keys": [key for _, key in keyed]},
    )
    return {(row["account_id"], row["key"]): row["result_id"] for row in rows}


async def authors(tx: Tx, ids: Collection[int]) -> list[tuple[Account, Any]]:
    """The authors, each with the settings as they stand there; the rows are locked, in one order for all processes."""
    rows = await tx.all(AUTHORS, {**tenant(tx), "ids": list(ids)})
    return [(msgspec.convert(row, Account, builtin_types=NATIVE), row["settings"]) for row in rows]


async def apps(tx: Tx, ids: Collection[int]) -> dict[int, AppName]:
    """What the posts are written with. An app keeps its name, so it is remembered."""
    place = tx.database, tx.scope.org_id
    missing = [id_ for id_ in ids if (*place, id_) not in _apps]
    if missing:
        rows = await tx.all(
            "SELECT id, name, website FROM apps WHERE org_id = %(org)s AND id = ANY(%(ids)s)",
            {"org": tx.scope.org_id, "ids": missing},
        )
        _apps.update({(*place, row["id"]): AppName(name=row["name"], website=row["website"]) for row in rows})
    found = {id_: app for id_ in ids if (app := _apps.get((*place, id_))) is not None}
    while len(_apps) > MOST_APPS:
        _apps.popitem(last=False)
    return found


async def tags(tx: Tx, names: Collection[str]) -> dict[str, int]:
    """Name → id, of those that there are."""
    rows = await tx.all(
        "SELECT name, id FROM tags WHERE org_id = %(org)s AND network_id = %(network)s AND name = ANY(%(names)s)",
        {**tenant(tx), "names": list(names)},
    )
    return {row["name"]: row["id"] for row in rows}


async def parents(tx: Tx, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], Parent]:
    """(post, who answers) → the post, where that is simple: for everyone, outside groups, no boost, nobody blocked."""
    rows = await tx.all(
        PARENTS, {**tenant(tx), "posts": [post for post, _ in wanted], "viewers": [viewer for _, viewer in wanted]}
    )
    return {(row["id"], row["viewer"]): Parent(row["id"], row["account_id"], row["thread_id"]) for row in rows}


async def write(
    tx: Tx, columns: Mapping[str, Sequence[Any]], kind: str, payload: Sequence[Any], around: Around
) -> None:
    """Posts (by WRITTEN, with `key`), what hangs on them, keys and events of all, in one statement."""
    parts = tuple(name for name, some in (("tagged", around.tags), ("named", around.mentions)) if some)
    await tx.run(
        STATEMENTS[parts],
        {
            **tenant(tx),
            **columns,
            "kind": kind,
            "payload": payload,
            "tag_posts": [post for post, _, _ in around.tags],
            "tag_accounts": [account for _, account, _ in around.tags],
            "tag_ids": [tag for _, _, tag in around.tags],
            "named_in": [post for post, _ in around.mentions],
            "named": [account for _, account in around.mentions],
        },
    )


class Around(msgspec.Struct, frozen=True):
    """What hangs on posts: (post, author, tag) and (post, mentioned account)."""

    tags: list[tuple[int, int, int]]
    mentions: list[tuple[int, int]]


WRITTEN: dict[str, str] = {
    "id": "bigint",
    "account_id": "bigint",
    "audience": "text",
    "listed": "boolean",
    "thread_id": "bigint",
    "reply_to_id": "bigint",
    "reply_to_account_id": "bigint",
    "quote_policy": "text",
    "source": "text",
    "html": "text",
    "spoiler": "text",
    "sensitive": "boolean",
    "language": "text",
    "app_id": "bigint",
    "created_at": "timestamptz",
}

# In one order, so that two processes with the same keys or authors wait for each other and never in a ring.
LOCK_KEYS = """
SELECT pg_advisory_xact_lock(h) FROM (
    SELECT DISTINCT hashtextextended(k, a) AS h FROM unnest(%(keys)s::text[], %(accounts)s::bigint[]) AS t (k, a)
    ORDER BY h) AS ordered
"""

AUTHORS = f"""
SELECT {accounts.COLUMNS} FROM accounts WHERE {accounts.TENANT} AND id = ANY(%(ids)s) AND moved_to_id IS NULL
ORDER BY id FOR NO KEY UPDATE
"""

KNOWN_KEYS = """
SELECT i.account_id, i.key, i.result_id FROM idempotency_keys i
JOIN unnest(%(accounts)s::bigint[], %(keys)s::text[]) AS t (account_id, key) USING (account_id, key)
WHERE i.org_id = %(org)s AND i.network_id = %(network)s AND i.created_at > now() - interval '1 hour'
"""

# A part of posts/visibility.py: whatever else may be read takes the full way
PARENTS = """
SELECT p.id, w.viewer, p.account_id, p.thread_id
FROM unnest(%(posts)s::bigint[], %(viewers)s::bigint[]) AS w (post, viewer)
JOIN posts p ON p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = w.post
JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
WHERE p.audience = 'everyone' AND p.group_id IS NULL AND p.boost_of_id IS NULL
AND a.suspended_at IS NULL AND a.state = 'active'
AND NOT EXISTS (SELECT FROM blocks b
    WHERE b.org_id = p.org_id AND b.account_id = p.account_id AND b.target_id = w.viewer)
"""

_GIVEN = ", ".join(f"%({name})s::{kind}[]" for name, kind in WRITTEN.items())
_PARTS = {
    "tagged": """, tagged AS (
    INSERT INTO post_tags (org_id, network_id, post_id, tag_id, account_id)
    SELECT %(org)s, %(network)s, post_id, tag_id, account_id
    FROM unnest(%(tag_posts)s::bigint[], %(tag_accounts)s::bigint[], %(tag_ids)s::bigint[])
        AS t (post_id, account_id, tag_id)
)""",
    "named": """, named AS (
    INSERT INTO post_mentions (org_id, network_id, post_id, account_id)
    SELECT %(org)s, %(network)s, post_id, account_id
    FROM unnest(%(named_in)s::bigint[], %(named)s::bigint[]) AS t (post_id, account_id)
)""",
}
_WRITE = f"""
WITH given AS (
    SELECT * FROM unnest({_GIVEN}, %(key)s::text[]) AS t ({", ".join(WRITTEN)}, key)
), written AS (
    INSERT INTO posts (org_id, network_id, {", ".join(WRITTEN)})
    SELECT %(org)s, %(network)s, {", ".join(WRITTEN)} FROM given ORDER BY id
), counted AS (
    UPDATE accounts a SET posts_count = posts_count + n.posts, last_post_at =
        CASE WHEN last_post_at >= date_trunc('hour', n.latest, 'UTC') THEN last_post_at ELSE n.latest END
    FROM (SELECT account_id, count(*) AS posts, max(created_at) AS latest FROM given GROUP BY account_id) n
    WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = n.account_id
), remembered AS (
    INSERT INTO idempotency_keys (org_id, network_id, account_id, key, result_id)
    SELECT %(org)s, %(network)s, account_id, key, id FROM given WHERE key IS NOT NULL
    ON CONFLICT (org_id, account_id, key) DO UPDATE SET result_id = excluded.result_id, created_at = now()
){{parts}}
INSERT INTO outbox (org_id, network_id, kind, payload)
SELECT %(org)s, %(network)s, %(kind)s, payload FROM unnest(%(payload)s::jsonb[]) WITH ORDINALITY AS t (payload, n)
ORDER BY n
"""
STATEMENTS = {
    parts: _WRITE.format(parts="".join(_PARTS[name] for name in parts))
    for parts in [(), ("tagged",), ("named",), ("tagged", "named")]
}
