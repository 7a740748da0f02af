"""Which posts the viewer may read now, how they stand, and whether what is kept of them still holds: one statement.

A row's stamp is the transaction that wrote it and its place: whatever changes a row, by whichever process, changes
its stamp. So what is kept under a stamp is what the database says, and needs no news to be told that it is not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

import msgspec

from torg.engine.postgres import Tx
from torg.posts import store
from torg.posts.model import Counts, Flags
from torg.posts.visibility import open_to_all, readable


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


class Needs(msgspec.Struct, frozen=True):
    """What has to be asked of these posts, as far as is known of them: every table that is not named is time saved.

    `plain`: only posts for everyone are wanted, by the part of `readable` that is theirs. `own`: posts of the viewer
    are among them; `media`: such with files; `remote`: such of other servers.
    """

    plain: bool = False
    own: bool = True
    media: bool = True
    remote: bool = True


# The viewer's marks are lists that the statement makes once, not a look for each post.
_OF_VIEWER = "x.org_id = %(org)s AND x.account_id = %(viewer)s"
_PINNED = f"p.id = ANY (ARRAY(SELECT x.post_id FROM pins x WHERE {_OF_VIEWER} AND x.post_id = ANY (%(ids)s)))"
_STATED = """CASE WHEN p.uri IS NOT NULL THEN (SELECT ARRAY[coalesce(o.shares, 0), coalesce(o.likes, 0)]
    FROM remote_posts o WHERE o.org_id = p.org_id AND o.post_id = p.id) END"""
_GROUP_KIND = """CASE WHEN p.group_id IS NOT NULL THEN (SELECT g.kind FROM groups g WHERE g.org_id = p.org_id
    AND g.id = p.group_id) END"""
POSTS = f"""SELECT p.id, {store.STAMP.format(alias="p")} AS stamp, {{files}} AS files, {{group_kind}} AS group_kind,
    coalesce(c.replies, 0) AS replies, coalesce(c.boosts, 0) AS boosts, coalesce(c.favourites, 0) AS favourites,
    coalesce(c.quotes, 0) AS quotes, {{stated}} AS stated,
    p.id = ANY (ARRAY(SELECT x.post_id FROM favourites x WHERE {_OF_VIEWER} AND x.post_id = ANY (%(ids)s)))
        AS favourited,
    p.id = ANY (ARRAY(SELECT x.boost_of_id FROM posts x WHERE {_OF_VIEWER} AND x.boost_of_id = ANY (%(ids)s)))
        AS boosted,
    p.id = ANY (ARRAY(SELECT x.post_id FROM bookmarks x WHERE {_OF_VIEWER} AND x.post_id = ANY (%(ids)s)))
        AS bookmarked,
    {{pinned}} AS pinned,
    p.thread_id = ANY (ARRAY(SELECT x.thread_id FROM thread_mutes x WHERE {_OF_VIEWER}
        AND x.thread_id = ANY (%(threads)s))) AS muted
FROM posts p LEFT JOIN post_counts c ON c.org_id = p.org_id AND c.post_id = p.id
WHERE {store.TENANT} AND p.id = ANY (%(ids)s) AND {{readable}}"""
PEOPLE = f"""SELECT a.id, {store.STAMP.format(alias="a")} AS stamp, NULL, NULL, 0, 0, 0, 0, NULL::int[],
    a.id = ANY (ARRAY(SELECT x.target_id FROM follows x WHERE {_OF_VIEWER} AND x.network_id = %(network)s
        AND x.target_id = ANY (%(people)s))), false, false, false, NULL::boolean
FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = ANY (%(people)s)"""


@lru_cache(maxsize=16)
def _written(needs: Needs) -> str:
    """The statement; in one line, since psycopg remembers how it reads a query of up to 4096 characters."""
    posts = POSTS.format(
        files=store.FILES if needs.media else "NULL",
        group_kind="NULL" if needs.plain else _GROUP_KIND,
        stated=_STATED if needs.remote else "NULL::int[]",
        pinned=_PINNED if needs.own else "false",
        readable=open_to_all() if needs.plain else readable(),
    )
    return " ".join(f"{posts} UNION ALL {PEOPLE}".split())


async def standing(
    tx: Tx,
    viewer: int | None,
    ids: Collection[int],
    people: Collection[int],
    threads: Collection[int],
    needs: Needs = Needs(),  # noqa: B008 - a frozen struct
) -> tuple[dict[int, Standing], dict[int, Person]]:
    """(posts, accounts) by id: those of the wanted that the viewer may read and know of. `threads`: of the posts."""
    rows = await tx.all(
        _written(needs),
        {**store.tenant(tx, viewer), "ids": list(ids), "people": list(people), "threads": list(threads)},
    )
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


class Own(msgspec.Struct, frozen=True):
    """What several posts are for one viewer: its marks, by post, and who of their authors has blocked it."""

    flags: Mapping[int, Flags]
    blockers: frozenset[int]


_OF_THEM = "x.org_id = %(org)s AND x.account_id = ANY (%(viewers)s)"
MARKS = " ".join(
    f"""SELECT x.account_id AS viewer, x.post_id AS id, 'favourited' AS mark FROM favourites x
        WHERE {_OF_THEM} AND x.post_id = ANY (%(ids)s)
    UNION ALL SELECT x.account_id, x.boost_of_id, 'boosted' FROM posts x
        WHERE {_OF_THEM} AND x.boost_of_id = ANY (%(ids)s)
    UNION ALL SELECT x.account_id, x.post_id, 'bookmarked' FROM bookmarks x
        WHERE {_OF_THEM} AND x.post_id = ANY (%(ids)s)
    UNION ALL SELECT x.account_id, x.post_id, 'pinned' FROM pins x WHERE {_OF_THEM} AND x.post_id = ANY (%(ids)s)
    UNION ALL SELECT x.account_id, x.thread_id, 'muted' FROM thread_mutes x
        WHERE {_OF_THEM} AND x.thread_id = ANY (%(threads)s)
    UNION ALL SELECT x.target_id, x.account_id, 'blocker' FROM blocks x
        WHERE x.org_id = %(org)s AND x.target_id = ANY (%(viewers)s) AND x.account_id = ANY (%(people)s)""".split()
)


async def marks(
    tx: Tx, viewers: Collection[int], threads: Mapping[int, int], people: Collection[int]
) -> dict[int, Own]:
    """By viewer: what `standing` says of its own, for those of whom there is anything to say.

    `threads`: the thread of each post; `people`: the posts' authors.
    """
    wanted = {**store.tenant(tx), "viewers": list(viewers), "ids": list(threads), "people": list(people)}
    rows = await tx.all(MARKS, {**wanted, "threads": list(set(threads.values()))})
    named: dict[int, dict[int, set[str]]] = {}
    blockers: dict[int, set[int]] = {}
    for row in rows:
        of_viewer = named.setdefault(row["viewer"], {})
        if row["mark"] == "blocker":
            blockers.setdefault(row["viewer"], set()).add(row["id"])
        elif row["mark"] == "muted":
            for post in [post for post, thread in threads.items() if thread == row["id"]]:
                of_viewer.setdefault(post, set()).add("muted")
        else:
            of_viewer.setdefault(row["id"], set()).add(row["mark"])
    return {
        viewer: Own(
            {post: Flags(**dict.fromkeys(names, True)) for post, names in marked.items()},
            frozenset(blockers.get(viewer, ())),
        )
        for viewer, marked in named.items()
    }
