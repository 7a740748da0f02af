"""What the outside is told around a post: the ids of what it answers and quotes, and who elsewhere must hear of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.posts import store
from torg.posts.model import Audience
from torg.posts.visibility import readable


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A post, as far as its address needs. `uri` and `account_uri` None: ours."""

    id: int
    uri: str | None
    account_id: int
    account_uri: str | None
    handle: str
    thread_id: int
    audience: Audience
    boost: bool = False

    def address(self, origin: str) -> str:
        """The post's ActivityPub id."""
        tail = "/activity" if self.boost else ""
        return self.uri or f"{origin}/users/{self.handle}/statuses/{self.id}{tail}"

    def author(self, origin: str) -> str:
        """The author's ActivityPub id."""
        return self.account_uri or f"{origin}/users/{self.handle}"


COLUMNS = """p.id, p.uri, p.account_id, w.uri AS account_uri, w.handle, p.thread_id, p.audience,
    p.boost_of_id IS NOT NULL AS boost"""
FROM = "FROM posts p JOIN accounts w ON w.org_id = p.org_id AND w.id = p.account_id"


async def known(tx: Tx, ids: Iterable[int | None]) -> dict[int, Known]:
    """Posts by id, whoever may read them: an address tells no more than that something is there."""
    wanted = [id_ for id_ in set(ids) if id_ is not None]
    if not wanted:
        return {}
    rows = await tx.all(
        f"SELECT {COLUMNS} {FROM} WHERE {store.TENANT} AND p.id = ANY (%(ids)s)",
        {**store.tenant(tx), "ids": wanted},
        as_=Known,
    )
    return {row.id: row for row in rows}


async def by_uri(tx: Tx, uri: str) -> Known | None:
    """A post of another server by its ActivityPub id."""
    return await tx.one(
        f"SELECT {COLUMNS} {FROM} WHERE {store.TENANT} AND p.uri = %(uri)s", {**store.tenant(tx), "uri": uri}, as_=Known
    )


async def contexts(tx: Tx, thread_ids: Iterable[int]) -> dict[int, str]:
    """What the origins of remote threads call the whole conversation (FEP-7888), by the id of the first post."""
    rows = await tx.all(
        """SELECT post_id, context FROM remote_posts WHERE org_id = %(org)s AND network_id = %(network)s
           AND post_id = ANY (%(ids)s) AND context IS NOT NULL""",
        {**store.tenant(tx), "ids": list(set(thread_ids))},
    )
    return {row["post_id"]: row["context"] for row in rows}


async def replies(
    tx: Tx, ids: Sequence[int], *, after: int = 0, most: int, own: bool | None = None
) -> dict[int, list[Known]]:
    """Direct answers that anybody may read, oldest first, at most so many each. `own`: only the author's (or not)."""
    rows = await tx.all(
        f"""SELECT r.reply_to_id, r.id, r.uri, r.account_id, r.account_uri, r.handle, r.thread_id, r.audience
            FROM unnest(%(ids)s::bigint[]) AS x(id) CROSS JOIN LATERAL (
                SELECT p.reply_to_id, {COLUMNS} {FROM} WHERE {store.TENANT} AND p.reply_to_id = x.id
                AND p.id > %(after)s AND {readable()}
                AND (%(own)s::boolean IS NULL OR %(own)s = (p.account_id = p.reply_to_account_id))
                ORDER BY p.id LIMIT %(most)s) r""",
        {**store.tenant(tx), "ids": list(ids), "after": after, "most": most, "own": own},
    )
    found: dict[int, list[Known]] = {}
    for row in rows:
        found.setdefault(row.pop("reply_to_id"), []).append(msgspec.convert(row, Known))
    return found


async def thread(tx: Tx, thread_id: int, *, after: int = 0, most: int) -> list[Known]:
    """The posts of a conversation that anybody may read, oldest first."""
    return await tx.all(
        f"""SELECT {COLUMNS} {FROM} WHERE {store.TENANT} AND p.thread_id = %(thread)s AND p.id > %(after)s
            AND p.boost_of_id IS NULL AND {readable()} ORDER BY p.id LIMIT %(most)s""",
        {**store.tenant(tx), "thread": thread_id, "after": after, "most": most},
        as_=Known,
    )


async def deleted(tx: Tx, post_id: int) -> dict[str, Any] | None:
    """A deleted post's author and when it went, as long as we remember it."""
    return await tx.one(
        """SELECT account_id, deleted_at, snapshot->>'audience' AS audience, snapshot->>'boost_of_id' AS boost_of_id
           FROM deleted_posts WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s""",
        {**store.tenant(tx), "id": post_id},
    )


async def reached(tx: Tx, ids: Sequence[int]) -> dict[int, list[int]]:
    """Accounts elsewhere that a post reached by other ways than its author's followers: they boosted, favourited,
    answered or quoted it, or voted in its poll."""
    rows = await tx.all(
        """SELECT x.post_id, x.account_id FROM (
             SELECT p.boost_of_id AS post_id, p.account_id FROM posts p WHERE p.org_id = %(org)s
               AND p.network_id = %(network)s AND p.boost_of_id = ANY (%(ids)s)
             UNION SELECT p.reply_to_id, p.account_id FROM posts p WHERE p.org_id = %(org)s
               AND p.network_id = %(network)s AND p.reply_to_id = ANY (%(ids)s)
             UNION SELECT p.quote_of_id, p.account_id FROM posts p WHERE p.org_id = %(org)s
               AND p.network_id = %(network)s AND p.quote_of_id = ANY (%(ids)s)
             UNION SELECT f.post_id, f.account_id FROM favourites f WHERE f.org_id = %(org)s
               AND f.network_id = %(network)s AND f.post_id = ANY (%(ids)s)
             UNION SELECT q.post_id, v.account_id FROM polls q JOIN poll_votes v ON v.org_id = q.org_id
               AND v.poll_id = q.id WHERE q.org_id = %(org)s AND q.network_id = %(network)s
               AND q.post_id = ANY (%(ids)s)) x
           JOIN accounts a ON a.org_id = %(org)s AND a.id = x.account_id AND a.host <> ''""",
        {**store.tenant(tx), "ids": list(ids)},
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row["post_id"], []).append(row["account_id"])
    return found


async def shown_to(tx: Tx, post_id: int, reader: Account) -> bool:
    """Whether a remote account may have a post for followers or for those mentioned: it is one of these, and the author
    blocks neither it nor its server. Not its neighbours: what one person may read says nothing of the whole server."""
    return bool(
        await tx.value(
            f"""SELECT true FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = %(reader)s
                AND a.network_id = p.network_id AND a.state = 'active' AND a.suspended_at IS NULL
                WHERE {store.TENANT} AND p.id = %(post)s AND p.group_id IS NULL
                AND NOT EXISTS (SELECT FROM domain_blocks d WHERE d.org_id = p.org_id
                                AND d.account_id = p.account_id AND d.domain = a.host)
                AND NOT EXISTS (SELECT FROM blocks b WHERE b.org_id = p.org_id AND b.account_id = p.account_id
                                AND b.target_id = a.id)
                AND (p.audience = 'followers' AND EXISTS (SELECT FROM follows f WHERE f.org_id = p.org_id
                        AND f.account_id = a.id AND f.target_id = p.account_id)
                    OR EXISTS (SELECT FROM post_mentions m WHERE m.org_id = p.org_id AND m.post_id = p.id
                        AND m.account_id = a.id))""",
            {**store.tenant(tx), "post": post_id, "reader": reader.id},
        )
    )


async def elsewhere(tx: Tx, author_id: int, ids: Iterable[int]) -> list[int]:
    """Those of the accounts that live on other servers and that the author has blocked neither them nor theirs."""
    wanted = list(set(ids))
    if not wanted:
        return []
    return await tx.column(
        """SELECT a.id FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = ANY (%(ids)s)
           AND a.host <> '' AND a.state = 'active'
           AND NOT EXISTS (SELECT FROM blocks b WHERE b.org_id = a.org_id AND b.account_id = %(author)s
                           AND b.target_id = a.id)
           AND NOT EXISTS (SELECT FROM domain_blocks d WHERE d.org_id = a.org_id AND d.account_id = %(author)s
                           AND d.domain = a.host)""",
        {**store.tenant(tx), "author": author_id, "ids": wanted},
    )


async def has_neighbours(tx: Tx) -> bool:
    """Whether the network knows anybody on another server: if not, there is nobody to tell."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT FROM remote_actors WHERE org_id = %(org)s AND network_id = %(network)s)",
            store.tenant(tx),
        )
    )


async def group_of(tx: Tx, post_id: int) -> int | None:
    """The group that a post stands in."""
    found: int | None = await tx.value(
        f"SELECT p.group_id FROM posts p WHERE {store.TENANT} AND p.id = %(id)s", {**store.tenant(tx), "id": post_id}
    )
    return found
