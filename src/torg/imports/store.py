"""SQL of imports: what is here already, and posts in bulk with their own times."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from torg.engine.postgres import Database, Tx
from torg.kernel.ids import LOW_BITS

HERE = "org_id = %(org)s AND network_id = %(network)s"


class Place(msgspec.Struct, frozen=True):
    """Where an earlier import put a record: its post, and what a reply to it needs to know. None: deleted since."""

    source_key: str
    post_id: int
    account_id: int | None
    thread_id: int | None
    audience: str | None
    listed: bool | None


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def lock(tx: Tx) -> None:
    """One import at a time writes in an organisation, since ids of past moments are handed out by looking."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('import', %s))", (tx.scope.org_id,))


async def places(tx: Tx, source: str, keys: Collection[str]) -> dict[str, Place]:
    """Records of the source that are here already, by key."""
    rows = await tx.all(
        """SELECT i.source_key, i.post_id, p.account_id, p.thread_id, p.audience, p.listed
           FROM imported i LEFT JOIN posts p ON p.org_id = i.org_id AND p.id = i.post_id
           WHERE i.org_id = %(org)s AND i.network_id = %(network)s AND i.source = %(source)s
             AND i.source_key = ANY(%(keys)s)""",
        {**tenant(tx), "source": source, "keys": list(keys)},
        as_=Place,
    )
    return {row.source_key: row for row in rows}


async def authors(tx: Tx, source: str) -> dict[str, int]:
    """Case-folded spelling → account, as earlier imports of the source decided."""
    rows = await tx.all(
        f"SELECT spelling, account_id FROM imported_authors WHERE {HERE} AND source = %(source)s",
        {**tenant(tx), "source": source},
    )
    return {row["spelling"]: row["account_id"] for row in rows}


async def remember_authors(tx: Tx, source: str, accounts: Sequence[tuple[str, int]]) -> None:
    await tx.run(
        """INSERT INTO imported_authors (org_id, network_id, source, spelling, account_id)
           SELECT %(org)s, %(network)s, %(source)s, * FROM unnest(%(spellings)s::text[], %(accounts)s::bigint[])""",
        {
            **tenant(tx),
            "source": source,
            "spellings": [spelling for spelling, _ in accounts],
            "accounts": [account for _, account in accounts],
        },
    )


async def handles(tx: Tx) -> dict[str, int]:
    """Lower-case handle → account of every account that lives in this network."""
    rows = await tx.all(f"SELECT lower(handle) AS handle, id FROM accounts WHERE {HERE} AND host = ''", tenant(tx))
    return {row["handle"]: row["id"] for row in rows}


async def person_for(tx: Tx, id_: int, email: str) -> int | None:
    """A new person who can claim the account by resetting the password; None if the address is in use."""
    found: int | None = await tx.value(
        """INSERT INTO persons (org_id, id, email) VALUES (%s, %s, lower(%s))
           ON CONFLICT (org_id, email) DO NOTHING RETURNING id""",
        (tx.scope.org_id, id_, email),
    )
    return found


async def highest(db: Database, org_id: int, moments: Collection[int]) -> dict[int, int]:
    """Milliseconds → the highest low bits of a post's id there, in any network of the organisation.

    A system read: ids are unique in the organisation, and row security shows one network only.
    """
    async with db.system() as tx:
        rows = await tx.all(
            f"""SELECT m.ms, (SELECT max(p.id) FROM posts p WHERE p.org_id = %(org)s
                    AND p.id BETWEEN m.ms << {LOW_BITS} AND (m.ms << {LOW_BITS}) | 65535) AS id
                FROM unnest(%(moments)s::bigint[]) AS m (ms)""",
            {"org": org_id, "moments": list(moments)},
        )
    return {row["ms"]: row["id"] & 0xFFFF for row in rows if row["id"] is not None}


async def insert_posts(tx: Tx, posts: Sequence[dict[str, Any]]) -> None:
    """Rows of posts, parents before replies; each dict has the same columns."""
    if not posts:
        return
    columns = ("org_id", "network_id", *posts[0])
    fixed = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0]}
    await tx.many(
        f"INSERT INTO posts ({', '.join(columns)}) VALUES ({', '.join(f'%({c})s' for c in columns)})",
        [{**fixed, **post} for post in posts],
    )


async def insert_marks(tx: Tx, source: str, made: Sequence[tuple[str, int]]) -> None:
    """Remember (source key, post id)."""
    await tx.run(
        """INSERT INTO imported (org_id, network_id, source, source_key, post_id)
           SELECT %(org)s, %(network)s, %(source)s, * FROM unnest(%(keys)s::text[], %(posts)s::bigint[])""",
        {**tenant(tx), "source": source, "keys": [key for key, _ in made], "posts": [post for _, post in made]},
    )


async def insert_mentions(tx: Tx, pairs: Sequence[tuple[int, int]]) -> None:
    """(post, account) pairs."""
    await tx.run(
        """INSERT INTO post_mentions (org_id, network_id, post_id, account_id)
           SELECT %(org)s, %(network)s, * FROM unnest(%(posts)s::bigint[], %(accounts)s::bigint[])
           ON CONFLICT DO NOTHING""",
        {**tenant(tx), "posts": [post for post, _ in pairs], "accounts": [account for _, account in pairs]},
    )


async def insert_tags(tx: Tx, rows: Sequence[tuple[int, int, int]]) -> None:
    """(post, tag, author) triples."""
    await tx.run(
        """INSERT INTO post_tags (org_id, network_id, post_id, tag_id, account_id)
           SELECT %(org)s, %(network)s, * FROM unnest(%(posts)s::bigint[], %(tags)s::bigint[], %(accounts)s::bigint[])
           ON CONFLICT DO NOTHING""",
        {**tenant(tx), "posts": [r[0] for r in rows], "tags": [r[1] for r in rows], "accounts": [r[2] for r in rows]},
    )


async def touch_tags(tx: Tx, latest: dict[int, datetime]) -> None:
    """When a tag was last used, never earlier than it is known to be."""
    await tx.run(
        f"""UPDATE tags t SET last_post_at = greatest(t.last_post_at, n.at)
            FROM unnest(%(tags)s::bigint[], %(times)s::timestamptz[]) AS n (id, at)
            WHERE {HERE} AND t.id = n.id""",
        {**tenant(tx), "tags": list(latest), "times": list(latest.values())},
    )


async def count_posts(tx: Tx, counts: dict[int, tuple[int, datetime]]) -> None:
    """Account → (how many more posts, the time of the latest)."""
    await tx.run(
        f"""UPDATE accounts a SET posts_count = posts_count + n.more, last_post_at = greatest(last_post_at, n.at)
            FROM unnest(%(accounts)s::bigint[], %(more)s::int[], %(times)s::timestamptz[]) AS n (id, more, at)
            WHERE {HERE} AND a.id = n.id""",
        {
            **tenant(tx),
            "accounts": list(counts),
            "more": [more for more, _ in counts.values()],
            "times": [at for _, at in counts.values()],
        },
    )


async def count_around(tx: Tx, replies: dict[int, int], boosts: dict[int, int]) -> None:
    """Post → how many more replies and boosts."""
    posts = list({*replies, *boosts})
    await tx.run(
        """INSERT INTO post_counts (org_id, network_id, post_id, replies, boosts)
           SELECT %(org)s, %(network)s, * FROM unnest(%(posts)s::bigint[], %(replies)s::int[], %(boosts)s::int[])
           ON CONFLICT (org_id, post_id) DO UPDATE
           SET replies = post_counts.replies + excluded.replies, boosts = post_counts.boosts + excluded.boosts""",
        {
            **tenant(tx),
            "posts": posts,
            "replies": [replies.get(post, 0) for post in posts],
            "boosts": [boosts.get(post, 0) for post in posts],
        },
    )


async def insert_polls(tx: Tx, polls: Sequence[dict[str, Any]]) -> None:
    """Polls that ended where they came from: closed, with the votes counted there."""
    await tx.many(
        """INSERT INTO polls (org_id, network_id, id, post_id, account_id, multiple, hide_totals, options, tallies,
                              voters, expires_at, closed_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(post)s, %(account)s, %(multiple)s, false, %(options)s, %(tallies)s,
                   %(voters)s, %(ends)s, %(ends)s)""",
        [{**tenant(tx), **poll} for poll in polls],
    )
