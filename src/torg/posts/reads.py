"""Answers about posts: ids → views, in a constant number of queries, with the wall and the audience applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.cards import reads as cards
from torg.cards.model import Card
from torg.engine.postgres import NATIVE, Row, Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.media import reads as media
from torg.media.model import Attachment
from torg.posts import poll_store, store
from torg.posts.model import AppName, Counts, Flags, Poll, Post, PostView, Version
from torg.posts.visibility import readable

CONTEXT_ANCESTORS = 4_096
CONTEXT_DESCENDANTS = 4_096
ANONYMOUS_DESCENDANTS = 60


async def readable_post(tx: Tx, actor: Actor, post_id: int) -> Post:
    """The row of a post that the actor may read, else 404."""
    post = await store.get_readable(tx, actor.account_id, post_id)
    if post is None:
        raise NotFound
    return post


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


async def hydrate(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[PostView]:
    """Views of the posts that the actor may read, in the order of `ids`; others are left out.

    Boosted and quoted posts come with them (a quote's own quote does not). At most ten queries, however many ids.
    """
    if not ids:
        return []
    rows = {row["id"]: row for row in await store.readable_rows(tx, actor.account_id, ids)}
    await _add(tx, actor, rows, "boost_of_id")
    await _add(tx, actor, rows, "quote_of_id")
    if not rows:
        return []
    parts = await _Parts.gather(tx, actor.account_id, rows)
    return [v for id_ in ids if id_ in rows and (v := parts.view(id_)) is not None]


async def _add(tx: Tx, actor: Actor, rows: dict[int, Row], column: str) -> None:
    missing = {row[column] for row in rows.values() if row[column] is not None} - set(rows)
    if missing:
        rows.update({row["id"]: row for row in await store.readable_rows(tx, actor.account_id, missing)})


class _Parts:
    """What views are put together from, fetched in batches."""

    accounts: dict[int, Account]
    media: dict[int, list[Attachment]]
    polls: dict[int, Poll]
    cards: Mapping[int, Card]
    flags: dict[int, Flags]
    followed: set[int]

    def __init__(self, rows: dict[int, Row]) -> None:
        self.rows = rows
        self.posts = {id_: _post(row) for id_, row in rows.items()}

    @classmethod
    async def gather(cls, tx: Tx, viewer: int | None, rows: dict[int, Row]) -> _Parts:
        self = cls(rows)
        ids = list(rows)
        people = {row["account_id"] for row in rows.values()}.union(*(row["mention_ids"] for row in rows.values()))
        self.accounts = await accounts.by_ids(tx, people)
        with_media = [id_ for id_, row in rows.items() if row["has_media"]]
        self.media = await media.for_posts(tx, with_media) if with_media else {}
        with_poll = [id_ for id_, row in rows.items() if row["has_poll"]]
        self.polls = await poll_store.of_posts(tx, viewer, with_poll) if with_poll else {}
        self.cards = await cards.for_posts(tx, [id_ for id_, p in self.posts.items() if p.boost_of_id is None])
        self.flags = await _flags(tx, viewer, ids) if viewer is not None else {}
        self.followed = await _followed(tx, viewer, {p.account_id for p in self.posts.values()}) if viewer else set()
        return self

    def view(self, id_: int, depth: int = 0) -> PostView | None:
        post, row = self.posts[id_], self.rows[id_]
        account = self.accounts.get(post.account_id)
        if account is None:
            return None
        boost_of = self._inner(post.boost_of_id, depth)
        if post.boost_of_id is not None and boost_of is None:
            return None
        return PostView(
            post=post,
            account=account,
            counts=Counts(
                replies=row["replies"], boosts=row["boosts"], favourites=row["favourites"], quotes=row["quotes"]
            ),
            flags=self.flags.get(id_, Flags()),
            mentions=_known(self.accounts, row["mention_ids"]),
            tags=row["tags"],
            media=self.media.get(id_, []),
            poll=self.polls.get(id_),
            card=self.cards.get(id_),
            app=AppName(name=row["app_name"], website=row["app_website"]) if row["app_name"] else None,
            boost_of=boost_of,
            quoted=self._inner(post.quote_of_id, depth + 1) if depth < 1 and post.quote_state == "accepted" else None,
            follows_author=post.account_id in self.followed,
            group_kind=row["group_kind"],
        )

    def _inner(self, id_: int | None, depth: int) -> PostView | None:
        return self.view(id_, depth) if id_ is not None and id_ in self.rows else None


def _known(found: dict[int, Account], ids: Iterable[int]) -> list[Account]:
    return [found[id_] for id_ in ids if id_ in found]


def _post(row: Row) -> Post:
    return msgspec.convert({name: row[name] for name in Post.__struct_fields__}, Post, builtin_types=NATIVE)


async def _flags(tx: Tx, viewer: int, ids: Sequence[int]) -> dict[int, Flags]:
    rows = await tx.all(
        """SELECT p.id,
             EXISTS (SELECT FROM favourites x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
                     AND x.post_id = p.id) AS favourited,
             EXISTS (SELECT FROM posts x WHERE x.org_id = %(org)s AND x.boost_of_id = p.id
                     AND x.account_id = %(viewer)s) AS boosted,
             EXISTS (SELECT FROM bookmarks x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
                     AND x.post_id = p.id) AS bookmarked,
             EXISTS (SELECT FROM pins x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
                     AND x.post_id = p.id) AS pinned,
             EXISTS (SELECT FROM thread_mutes x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
                     AND x.thread_id = p.thread_id) AS muted
           FROM posts p WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY(%(ids)s)""",
        {**store.tenant(tx, viewer), "ids": list(ids)},
    )
    return {row.pop("id"): Flags(**row) for row in rows}


async def _followed(tx: Tx, viewer: int, authors: set[int]) -> set[int]:
    return set(
        await tx.column(
            """SELECT target_id FROM follows WHERE org_id = %(org)s AND network_id = %(network)s
               AND account_id = %(viewer)s AND target_id = ANY(%(authors)s)""",
            {**store.tenant(tx, viewer), "authors": list(authors)},
        )
    )


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
