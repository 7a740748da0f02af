"""SQL of posts: writing them and reading them with what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from torg.engine.postgres import Row, Tx, json
from torg.posts import counting
from torg.posts.model import Post
from torg.posts.visibility import readable
from torg.surge.model import Rung
from torg.surge.state import sheds

COLUMNS = ", ".join(f"p.{name}" for name in Post.__struct_fields__)
TENANT = "p.org_id = %(org)s AND p.network_id = %(network)s"

AROUND = """
    coalesce(c.replies, 0) AS replies, greatest(c.boosts, o.shares, 0) AS boosts,
    greatest(c.favourites, o.likes, 0) AS favourites, coalesce(c.quotes, 0) AS quotes,
    ARRAY(SELECT m.account_id FROM post_mentions m WHERE m.org_id = p.org_id AND m.post_id = p.id
          ORDER BY m.account_id) AS mention_ids,
    ARRAY(SELECT t.name FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
          WHERE pt.org_id = p.org_id AND pt.post_id = p.id ORDER BY t.name) AS tags,
    EXISTS (SELECT FROM polls q WHERE q.org_id = p.org_id AND q.post_id = p.id) AS has_poll,
    a.name AS app_name, a.website AS app_website,
    (SELECT g.kind FROM groups g WHERE g.org_id = p.org_id AND g.id = p.group_id) AS group_kind
"""
# Transaction and place of a row: whatever changes the row changes its stamp (posts/standing.py).
STAMP = "{alias}.xmin::text || {alias}.ctid::text"
FILES = f"""CASE WHEN p.has_media THEN (SELECT string_agg({STAMP.format(alias="m")}, ' ' ORDER BY m.id) FROM media m
        WHERE m.org_id = p.org_id AND m.post_id = p.id) END"""
STAMPS = f"{STAMP.format(alias='p')} AS stamp, {FILES} AS files"
JOINS = """
    LEFT JOIN post_counts c ON c.org_id = p.org_id AND c.post_id = p.id
    LEFT JOIN remote_posts o ON o.org_id = p.org_id AND o.post_id = p.id
    LEFT JOIN apps a ON a.org_id = p.org_id AND a.id = p.app_id
"""


def tenant(tx: Tx, viewer: int | None = None) -> dict[str, Any]:
    """Parameters of TENANT and of `readable`."""
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer}


async def readable_rows(tx: Tx, viewer: int | None, ids: Iterable[int]) -> list[Row]:
    """Posts by id that the viewer may read, each with counts, mentions, tags, app and stamps."""
    return await tx.all(
        f"""SELECT {COLUMNS}, {AROUND}, {STAMPS} FROM posts p {JOINS}
            WHERE {TENANT} AND p.id = ANY(%(ids)s) AND {readable()}""",
        {**tenant(tx, viewer), "ids": list(ids)},
    )


async def get(tx: Tx, id_: int) -> Post | None:
    """One post, whoever asks: for actions that check by themselves."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM posts p WHERE {TENANT} AND p.id = %(id)s", {**tenant(tx), "id": id_}, as_=Post
    )


async def get_readable(tx: Tx, viewer: int | None, id_: int) -> Post | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM posts p WHERE {TENANT} AND p.id = %(id)s AND {readable()}",
        {**tenant(tx, viewer), "id": id_},
        as_=Post,
    )


async def insert(tx: Tx, values: dict[str, Any]) -> None:
    columns = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], **values}
    await tx.run(f"INSERT INTO posts ({', '.join(columns)}) VALUES ({', '.join(f'%({c})s' for c in columns)})", columns)


async def lock(tx: Tx, id_: int) -> bool:
    """Let nobody else change or delete the post before the commit; whether it is still there."""
    return bool(await tx.value(f"SELECT true FROM posts p WHERE {TENANT} AND p.id = %(id)s FOR UPDATE",
                               {**tenant(tx), "id": id_}))  # fmt: skip


async def update(tx: Tx, id_: int, values: dict[str, Any]) -> None:
    assignments = ", ".join(f"{name} = %({name})s" for name in values)
    await tx.run(
        f"UPDATE posts p SET version = version + 1, {assignments} WHERE {TENANT} AND p.id = %(id)s",
        {**values, **tenant(tx), "id": id_},
    )


async def delete(tx: Tx, post: Post, deleted_by: int | None) -> None:
    """Remove the post (boosts of it go by foreign key), keeping a snapshot for legal hold and compliance."""
    await tx.run(
        """INSERT INTO deleted_posts (org_id, network_id, id, account_id, snapshot, deleted_by)
           VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
        (post.org_id, post.network_id, post.id, post.account_id, json(post), deleted_by),
    )
    await tx.run(f"DELETE FROM posts p WHERE {TENANT} AND p.id = %(id)s", {**tenant(tx), "id": post.id})


async def set_mentions(tx: Tx, post_id: int, account_ids: Sequence[int]) -> None:
    """Make these the mentions of the post."""
    params = {**tenant(tx), "post": post_id, "accounts": list(account_ids)}
    await tx.run(
        """DELETE FROM post_mentions WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = %(post)s
           AND account_id <> ALL (%(accounts)s::bigint[])""",
        params,
    )
    await add_mentions(tx, post_id, account_ids)


async def add_mentions(tx: Tx, post_id: int, account_ids: Sequence[int]) -> None:
    if account_ids:
        await tx.run(
            """INSERT INTO post_mentions (org_id, network_id, post_id, account_id)
               SELECT %(org)s, %(network)s, %(post)s, unnest(%(accounts)s::bigint[]) ON CONFLICT DO NOTHING""",
            {**tenant(tx), "post": post_id, "accounts": list(account_ids)},
        )


async def count(tx: Tx, post_id: int, **changes: int) -> None:
    """Add to a post's counters: `count(tx, id, boosts=1)`; in a surge they are added up later."""
    if sheds(tx, Rung.COUNTS):
        await counting.note(tx, post_id, **changes)
        return
    names = list(changes)
    await tx.run(
        f"""INSERT INTO post_counts (org_id, network_id, post_id, {", ".join(names)})
            SELECT %(org)s, %(network)s, p.id, {", ".join(f"greatest(0, %({n})s)" for n in names)}
            FROM posts p WHERE {TENANT} AND p.id = %(post)s
            ON CONFLICT (org_id, post_id) DO UPDATE
            SET {", ".join(f"{n} = greatest(0, post_counts.{n} + %({n})s)" for n in names)}""",
        {**tenant(tx), "post": post_id, **changes},
    )


async def add_version(tx: Tx, id_: int, post: Post, media: list[Any], poll: Any, at: datetime) -> None:
    """Remember a version of a post (`post` as it was or has become)."""
    await tx.run(
        """INSERT INTO post_edits (org_id, network_id, id, post_id, source, html, spoiler, sensitive,
                                   media, poll, quote_of_id, created_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            post.org_id, post.network_id, id_, post.id, post.source, post.html, post.spoiler, post.sensitive,
            json(media), json(poll) if poll else None, post.quote_of_id, at,
        ),
    )  # fmt: skip


async def recent_languages(tx: Tx, account_id: int) -> list[str]:
    """The languages of an account's last forty posts, the most frequent first."""
    return await tx.column(
        """SELECT language FROM (
               SELECT language FROM posts WHERE org_id = %(org)s AND network_id = %(network)s
               AND account_id = %(account)s AND boost_of_id IS NULL ORDER BY id DESC LIMIT 40) p
           WHERE language IS NOT NULL GROUP BY language ORDER BY count(*) DESC, language LIMIT 4""",
        {**tenant(tx), "account": account_id},
    )


async def versions(tx: Tx, post_id: int) -> list[Row]:
    return await tx.all(
        """SELECT source, html, spoiler, sensitive, media, poll, created_at FROM post_edits
           WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = %(id)s ORDER BY id""",
        {**tenant(tx), "id": post_id},
    )


async def boost_by(tx: Tx, account_id: int, post_id: int) -> Post | None:
    """The account's boost of a post, if there is one."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM posts p WHERE {TENANT} AND p.boost_of_id = %(post)s AND p.account_id = %(account)s",
        {**tenant(tx), "post": post_id, "account": account_id},
        as_=Post,
    )


async def boosts_of(tx: Tx, post_id: int) -> list[Post]:
    return await tx.all(
        f"SELECT {COLUMNS} FROM posts p WHERE {TENANT} AND p.boost_of_id = %(post)s",
        {**tenant(tx), "post": post_id},
        as_=Post,
    )


async def remembered_key(tx: Tx, account_id: int, key: str) -> int | None:
    """Serialise uses of one idempotency key, then the post it made before, if any."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (key, account_id))
    found: int | None = await tx.value(
        """SELECT result_id FROM idempotency_keys WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(account)s AND key = %(key)s AND created_at > now() - interval '1 hour'""",
        {**tenant(tx), "account": account_id, "key": key},
    )
    return found


async def remember_key(tx: Tx, account_id: int, key: str, result_id: int) -> None:
    await tx.run(
        """INSERT INTO idempotency_keys (org_id, network_id, account_id, key, result_id)
           VALUES (%(org)s, %(network)s, %(account)s, %(key)s, %(result)s)
           ON CONFLICT (org_id, account_id, key) DO UPDATE SET result_id = excluded.result_id, created_at = now()""",
        {**tenant(tx), "account": account_id, "key": key, "result": result_id},
    )
