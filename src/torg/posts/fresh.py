"""Posts read anew, with everything around them: the measure of what is kept (`hydrating.py`), and what guests get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.cards import reads as cards
from torg.cards.model import Card
from torg.engine.postgres import NATIVE, Row, Tx
from torg.kernel.actor import Actor
from torg.media import reads as media
from torg.media.model import Attachment
from torg.posts import poll_store, store
from torg.posts.model import AppName, Counts, Flags, Poll, Post, PostView


async def fresh(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[PostView]:
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
        self.posts = {id_: post_of(row) for id_, row in rows.items()}

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
            mentions=known_of(self.accounts, row["mention_ids"]),
            tags=row["tags"],
            media=self.media.get(id_, []),
            poll=self.polls.get(id_),
            card=self.cards.get(id_),
            app=app_of(row),
            boost_of=boost_of,
            quoted=self._inner(post.quote_of_id, depth + 1) if depth < 1 and post.quote_state == "accepted" else None,
            follows_author=post.account_id in self.followed,
            group_kind=row["group_kind"],
        )

    def _inner(self, id_: int | None, depth: int) -> PostView | None:
        return self.view(id_, depth) if id_ is not None and id_ in self.rows else None


def known_of(found: Mapping[int, Account], ids: Iterable[int]) -> list[Account]:
    """Those of the accounts that were found, in the order of `ids`."""
    return [found[id_] for id_ in ids if id_ in found]


def post_of(row: Row) -> Post:
    """The post of a row that has more."""
    return msgspec.convert({name: row[name] for name in Post.__struct_fields__}, Post, builtin_types=NATIVE)


def app_of(row: Row) -> AppName | None:
    """The client that posted, if it is told."""
    return AppName(name=row["app_name"], website=row["app_website"]) if row["app_name"] else None


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
