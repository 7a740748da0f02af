"""SQL about what came from other servers besides the posts themselves: what is withdrawn, wanted, waited for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from torg.engine.postgres import Tx

TENANT = "org_id = %(org)s AND network_id = %(network)s"


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


def digest(owner: str, uri: str) -> bytes:
    """How a thing is remembered that its owner named: nobody else's word counts for it."""
    return hashlib.sha256(f"{owner}\n{uri}".encode("utf-8", "replace")).digest()


async def first_seen(tx: Tx, owner: str, uri: str) -> bool:
    """Whether an activity comes for the first time; from now on it does not."""
    return bool(
        await tx.run(
            """INSERT INTO seen_activities (org_id, network_id, digest) VALUES (%(org)s, %(network)s, %(digest)s)
               ON CONFLICT DO NOTHING""",
            {**tenant(tx), "digest": digest(owner, uri)},
        )
    )


async def withdraw(tx: Tx, owner: str, uri: str) -> None:
    """Remember that its owner deleted an object or undid an activity, whether we had it or not."""
    await tx.run(
        """INSERT INTO withdrawn (org_id, network_id, digest) VALUES (%(org)s, %(network)s, %(digest)s)
           ON CONFLICT (org_id, network_id, digest) DO UPDATE SET withdrawn_at = now()""",
        {**tenant(tx), "digest": digest(owner, uri)},
    )


async def is_withdrawn(tx: Tx, owner: str, uri: str) -> bool:
    return bool(
        await tx.value(
            f"SELECT true FROM withdrawn WHERE {TENANT} AND digest = %(digest)s",
            {**tenant(tx), "digest": digest(owner, uri)},
        )
    )


async def known_accounts(tx: Tx, uris: Sequence[str]) -> dict[str, int]:
    """Remote accounts that we have a row of, by ActivityPub id or by the address of their page."""
    rows = await tx.all(
        f"""SELECT id, uri, url FROM accounts WHERE {TENANT} AND host <> '' AND state = 'active'
            AND (uri = ANY(%(uris)s) OR url = ANY(%(uris)s))""",
        {**tenant(tx), "uris": list(uris)},
    )
    found = {row["url"]: row["id"] for row in rows if row["url"] in uris}
    return found | {row["uri"]: row["id"] for row in rows}


async def is_followed(tx: Tx, account_ids: Sequence[int]) -> bool:
    """Whether somebody here follows one of the accounts, or asks to."""
    return bool(
        await tx.value(
            """SELECT EXISTS (SELECT FROM follows f JOIN accounts a ON a.org_id = f.org_id AND a.id = f.account_id
                   WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.target_id = ANY(%(ids)s)
                   AND a.host = '')
               OR EXISTS (SELECT FROM follow_requests f JOIN accounts a ON a.org_id = f.org_id AND a.id = f.account_id
                   WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.target_id = ANY(%(ids)s)
                   AND a.host = '')""",
            {**tenant(tx), "ids": list(account_ids)},
        )
    )


async def locals_of(tx: Tx, account_ids: Sequence[int]) -> list[int]:
    """Those of the accounts that live here and may be reached."""
    return await tx.column(
        f"""SELECT id FROM accounts WHERE {TENANT} AND id = ANY(%(ids)s) AND host = '' AND state = 'active'
            AND suspended_at IS NULL ORDER BY id""",
        {**tenant(tx), "ids": list(account_ids)},
    )


async def followers_collection(tx: Tx, account_id: int) -> str | None:
    """The address of a remote actor's collection of followers."""
    found: str | None = await tx.value(
        f"SELECT followers FROM remote_actors WHERE {TENANT} AND account_id = %(id)s", {**tenant(tx), "id": account_id}
    )
    return found


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """What an object says besides the post: a row of remote_posts."""

    replies: str | None = None
    context: str | None = None
    likes: int | None = None
    shares: int | None = None
    quote_authorization: str | None = None
    parent: str | None = None
    quoting: str | None = None


async def put_sides(tx: Tx, post_id: int, sides: Sides) -> None:
    """Make this what we know besides the post; a total that is not stated now stays as it was."""
    await tx.run(
        """INSERT INTO remote_posts AS r (org_id, network_id, post_id, replies, context, likes, shares,
                                     quote_authorization, parent, quoting)
           VALUES (%(org)s, %(network)s, %(post)s, %(replies)s, %(context)s, %(likes)s, %(shares)s,
                   %(quote_authorization)s, %(parent)s, %(quoting)s)
           ON CONFLICT (org_id, post_id) DO UPDATE SET replies = coalesce(excluded.replies, r.replies),
               context = coalesce(excluded.context, r.context), likes = coalesce(excluded.likes, r.likes),
               shares = coalesce(excluded.shares, r.shares), quote_authorization = excluded.quote_authorization,
               parent = coalesce(excluded.parent, r.parent), quoting = excluded.quoting, fetched_at = now()""",
        {**tenant(tx), "post": post_id, **msgspec.structs.asdict(sides)},
    )


async def waiting_for(tx: Tx, parent: str) -> list[int]:
    """Replies that wait for the post of an ActivityPub id."""
    return await tx.column(
        f"SELECT post_id FROM remote_posts WHERE {TENANT} AND parent = %(parent)s ORDER BY post_id",
        {**tenant(tx), "parent": parent},
    )


async def quoting(tx: Tx, uri: str) -> list[str]:
    """Ids of posts that quote this one, and came before it."""
    return await tx.column(
        """SELECT p.uri FROM remote_posts r JOIN posts p ON p.org_id = r.org_id AND p.id = r.post_id
           WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND r.quoting = %(uri)s AND p.uri IS NOT NULL
           ORDER BY p.id LIMIT 100""",
        {**tenant(tx), "uri": uri},
    )


async def thread_waiting_for(tx: Tx, parent: str) -> int | None:
    """The thread in which those are held together that wait for the same post."""
    found: int | None = await tx.value(
        """SELECT p.thread_id FROM remote_posts r JOIN posts p ON p.org_id = r.org_id AND p.id = r.post_id
           WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND r.parent = %(parent)s
           AND p.reply_to_id IS NULL ORDER BY p.id LIMIT 1""",
        {**tenant(tx), "parent": parent},
    )
    return found


async def arrived(tx: Tx, post_ids: Sequence[int]) -> None:
    """These wait no longer for what they answer."""
    await tx.run(
        f"UPDATE remote_posts SET parent = NULL WHERE {TENANT} AND post_id = ANY(%(ids)s)",
        {**tenant(tx), "ids": list(post_ids)},
    )
