"""Answers about posts: ids → views, in a constant number of queries, with the wall and the audience applied."""

from __future__ import annotations

from typing import Any

import msgspec

from torg.engine.postgres import NATIVE, Row, Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.media import reads as media
from torg.posts import poll_store, store
from torg.posts.hydrating import hydrate
from torg.posts.model import Post, PostView, Version
from torg.posts.visibility import readable

__all__ = [
    "boosted_by", "context", "history", "hydrate", "original", "quotes_of", "readable_post", "view",
]  # fmt: skip

CONTEXT_ANCESTORS = 4_096
CONTEXT_DESCENDANTS = 4_096
ANONYMOUS_DESCENDANTS = 60


async def readable_post(tx: Tx, actor: Actor, post_id: int) -> Post:
    """The row of a post that the actor may read, else 404."""
    post = await store.get_readable(tx, actor.account_id, post_id)
    if post is None:
        raise NotFound
    return post


async def languages(tx: Tx, actor: Actor) -> list[str]:
    """What the actor wrote in of late, the most frequent first: at most four."""
    return await store.recent_languages(tx, actor.me)


async def original(tx: Tx, actor: Actor, post_id: int) -> Post:
    """As `readable_post`; a boost's id stands for the boosted post."""
    post = await readable_post(tx, actor, post_id)
    return post if post.boost_of_id is None else await readable_post(tx, actor, post.boost_of_id)


async def view(tx: Tx, actor: Actor, post_id: int) -> PostView:
    """One post with everything around it, else 404."""
    found = await hydrate(tx, actor, [post_id])
    if not found:
        raise NotFound
    return found[0]


async def context(tx: Tx, actor: Actor, post_id: int) -> tuple[list[int], list[int]]:
    """Ids of the ancestors (oldest first) and descendants (depth first) of a post that the actor may read."""
    post = await readable_post(tx, actor, post_id)
    params = {
        **store.tenant(tx, actor.account_id),
        "post": post.id,
        "up": CONTEXT_ANCESTORS if actor.account_id else 40,
        "down": CONTEXT_DESCENDANTS if actor.account_id else ANONYMOUS_DESCENDANTS,
    }
    up = await tx.column(
        f"""WITH RECURSIVE line(id, reply_to_id, n) AS (
              SELECT p.id, p.reply_to_id, 0 FROM posts p WHERE {store.TENANT} AND p.id = %(post)s
              UNION ALL
              SELECT p.id, p.reply_to_id, n + 1 FROM posts p JOIN line ON p.id = line.reply_to_id
              WHERE {store.TENANT} AND n < %(up)s)
            SELECT p.id FROM line JOIN posts p ON p.org_id = %(org)s AND p.id = line.id
            WHERE n > 0 AND {readable()} ORDER BY n DESC""",
        params,
    )
    down = await tx.column(
        f"""WITH RECURSIVE tree(id, path) AS (
              SELECT p.id, ARRAY[p.id] FROM posts p WHERE {store.TENANT} AND p.reply_to_id = %(post)s
              UNION ALL
              SELECT p.id, path || p.id FROM posts p JOIN tree ON p.reply_to_id = tree.id
              WHERE {store.TENANT} AND cardinality(path) < 100)
            SELECT p.id FROM tree JOIN posts p ON p.org_id = %(org)s AND p.id = tree.id
            WHERE {readable()} ORDER BY path LIMIT %(down)s""",
        params,
    )
    return up, down


async def boosted_by(tx: Tx, actor: Actor, post_id: int, where: str, params: dict[str, Any], tail: str) -> list[Row]:
    """(boost id, account id) of those who boosted the post for everyone, paged by the caller's condition on p.id."""
    post = await original(tx, actor, post_id)
    return await tx.all(
        f"""SELECT p.id, p.account_id FROM posts p WHERE {store.TENANT} AND p.boost_of_id = %(post)s
            AND {where} AND {readable()} {tail}""",
        {**store.tenant(tx, actor.account_id), **params, "post": post.id},
    )


async def quotes_of(tx: Tx, actor: Actor, post_id: int, where: str, params: dict[str, Any], tail: str) -> list[int]:
    """Ids of accepted quotes of the post that the actor may read."""
    post = await original(tx, actor, post_id)
    return await tx.column(
        f"""SELECT p.id FROM posts p WHERE {store.TENANT} AND p.quote_of_id = %(post)s AND p.quote_state = 'accepted'
            AND {where} AND {readable()} {tail}""",
        {**store.tenant(tx, actor.account_id), **params, "post": post.id},
    )


async def history(tx: Tx, actor: Actor, post_id: int) -> list[Version]:
    """All versions of a post, oldest first; of one never edited, the only one."""
    post = await readable_post(tx, actor, post_id)
    versions = [msgspec.convert(row, Version, builtin_types=NATIVE) for row in await store.versions(tx, post.id)]
    if versions:
        return versions
    attached = (await media.for_posts(tx, [post.id])).get(post.id, []) if post.has_media else []
    poll = (await poll_store.of_posts(tx, None, [post.id])).get(post.id)
    return [
        Version(
            source=post.source,
            html=post.html,
            spoiler=post.spoiler,
            sensitive=post.sensitive,
            media=[{"id": m.id, "description": m.description} for m in attached],
            poll={"options": poll.options} if poll else None,
            created_at=post.created_at,
        )
    ]
