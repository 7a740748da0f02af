"""Which posts the viewer may read now, how they stand, and whether what is kept of them still holds: one statement.

A row's stamp is the transaction that wrote it and its place: whatever changes a row, by whichever process, changes
its stamp. So what is kept under a stamp is what the database says, and needs no news to be told that it is not.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from torg.engine.postgres import Tx
from torg.posts import store
from torg.posts.model import Counts, Flags
from torg.posts.visibility import readable


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A post that the viewer may read: what is the viewer's own or changes often. `files`: stamps of its media."""

    id: int
    stamp: str
    files: str | None
    group_kind: str | None
    counts: Counts
    flags: Flags


class Person(msgspec.Struct, frozen=True):
    """An account that the viewer may know of."""

    stamp: str
    followed: bool


# The viewer's marks are lists that the statement makes once, not a look for each post.
_OF_VIEWER = "x.org_id = %(org)s AND x.account_id = %(viewer)s"
POSTS = f"""SELECT p.id, {store.STAMPS},
    CASE WHEN p.group_id IS NOT NULL THEN (SELECT g.kind FROM groups g WHERE g.org_id = p.org_id AND g.id = p.group_id)
        END AS group_kind,
    coalesce(c.replies, 0) AS replies, coalesce(c.boosts, 0) AS boosts, coalesce(c.favourites, 0) AS favourites,
    coalesce(c.quotes, 0) AS quotes,
    CASE WHEN p.uri IS NOT NULL THEN (SELECT ARRAY[coalesce(o.shares, 0), coalesce(o.likes, 0)] FROM remote_posts o
        WHERE o.org_id = p.org_id AND o.post_id = p.id) END AS stated,
    p.id = ANY (ARRAY(SELECT x.post_id FROM favourites x WHERE {_OF_VIEWER} AND x.post_id = ANY (%(ids)s)))
        AS favourited,
    p.id = ANY (ARRAY(SELECT x.boost_of_id FROM posts x WHERE {_OF_VIEWER} AND x.boost_of_id = ANY (%(ids)s)))
        AS boosted,
    p.id = ANY (ARRAY(SELECT x.post_id FROM bookmarks x WHERE {_OF_VIEWER} AND x.post_id = ANY (%(ids)s)))
        AS bookmarked,
    p.id = ANY (ARRAY(SELECT x.post_id FROM pins x WHERE {_OF_VIEWER} AND x.post_id = ANY (%(ids)s))) AS pinned,
    EXISTS (SELECT FROM thread_mutes x WHERE {_OF_VIEWER}) AND EXISTS (SELECT FROM thread_mutes x
        WHERE {_OF_VIEWER} AND x.thread_id = p.thread_id) AS muted
FROM posts p LEFT JOIN post_counts c ON c.org_id = p.org_id AND c.post_id = p.id
WHERE {store.TENANT} AND p.id = ANY (%(ids)s) AND {readable()}"""
PEOPLE = f"""SELECT a.id, {store.STAMP.format(alias="a")} AS stamp, NULL, NULL, 0, 0, 0, 0, NULL,
    a.id = ANY (ARRAY(SELECT x.target_id FROM follows x WHERE {_OF_VIEWER} AND x.network_id = %(network)s
        AND x.target_id = ANY (%(people)s))), false, false, false, NULL
FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = ANY (%(people)s)"""
# In one line, since psycopg remembers how it reads a query of up to 4096 characters
STANDING = " ".join(f"{POSTS} UNION ALL {PEOPLE}".split())


async def standing(
    tx: Tx, viewer: int | None, ids: Collection[int], people: Collection[int]
) -> tuple[dict[int, Standing], dict[int, Person]]:
    """(posts, accounts) by id: those of the wanted that the viewer may read and know of."""
    rows = await tx.all(STANDING, {**store.tenant(tx, viewer), "ids": list(ids), "people": list(people)})
    posts: dict[int, Standing] = {}
    accounts: dict[int, Person] = {}
    for row in rows:
        if row["muted"] is None:
            accounts[row["id"]] = Person(row["stamp"], row["favourited"])
            continue
        shares, likes = row["stated"] or (0, 0)
        posts[row["id"]] = Standing(
            id=row["id"],
            stamp=row["stamp"],
            files=row["files"],
            group_kind=row["group_kind"],
            counts=Counts(
                replies=row["replies"],
                boosts=max(row["boosts"], shares, 0),
                favourites=max(row["favourites"], likes, 0),
                quotes=row["quotes"],
            ),
            flags=Flags(
                favourited=row["favourited"],
                boosted=row["boosted"],
                bookmarked=row["bookmarked"],
                pinned=row["pinned"],
                muted=row["muted"],
            ),
        )
    return posts, accounts
