"""SQL that finds whom an event concerns; none of it decides whether they are told."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Row, Tx
from torg.kernel.actor import Permission
from torg.notices.store import tenant

POST = "p.org_id = %(org)s AND p.network_id = %(network)s"


async def posts(tx: Tx, ids: Sequence[int]) -> dict[int, Row]:
    """Facts of posts that are still there: author, audience, thread, whom they answer and quote."""
    rows = await tx.all(
        f"""SELECT p.id, p.account_id, p.audience, p.thread_id, p.reply_to_id, p.reply_to_account_id, p.boost_of_id,
                   p.quote_of_id, p.quote_of_account_id, p.quote_state, p.group_id
            FROM posts p WHERE {POST} AND p.id = ANY(%(ids)s)""",
        {**tenant(tx), "ids": list(ids)},
    )
    return {row["id"]: row for row in rows}


async def bells(tx: Tx, author_ids: Sequence[int]) -> list[Row]:
    """(follower, author) where the follower asked to hear of every post."""
    return await tx.all(
        """SELECT account_id, target_id FROM follows WHERE org_id = %(org)s AND network_id = %(network)s
           AND target_id = ANY(%(authors)s) AND notify""",
        {**tenant(tx), "authors": list(author_ids)},
    )


async def readers(tx: Tx, wanted: Sequence[tuple[int | None, int]]) -> set[tuple[int | None, int]]:
    """Of these (group, account), those where the account may read in the group; None is the network at large."""
    rows = await tx.all(
        """SELECT w.group_id, w.account_id
           FROM unnest(%(groups)s::bigint[], %(accounts)s::bigint[]) AS w (group_id, account_id)
           JOIN accounts a ON a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = w.account_id
           LEFT JOIN groups g ON g.org_id = %(org)s AND g.id = w.group_id
           WHERE CASE WHEN w.group_id IS NULL THEN NOT a.guest
             ELSE (NOT a.guest AND g.kind IN ('open', 'moderated')) OR EXISTS (SELECT FROM follows f
               WHERE f.org_id = %(org)s AND f.account_id = a.id AND f.target_id = w.group_id) END""",
        {**tenant(tx), "groups": [group for group, _ in wanted], "accounts": [account for _, account in wanted]},
    )
    return {(row["group_id"], row["account_id"]) for row in rows}


async def boosters(tx: Tx, post_ids: Sequence[int]) -> list[Row]:
    """(booster, boosted post)."""
    return await tx.all(
        f"SELECT p.account_id, p.boost_of_id FROM posts p WHERE {POST} AND p.boost_of_id = ANY(%(ids)s)",
        {**tenant(tx), "ids": list(post_ids)},
    )


async def quoters(tx: Tx, post_ids: Sequence[int]) -> list[Row]:
    """(quoting author, quoting post, its thread, quoted post) where the quote stands."""
    return await tx.all(
        f"""SELECT p.account_id, p.id, p.thread_id, p.quote_of_id FROM posts p
            WHERE {POST} AND p.quote_of_id = ANY(%(ids)s) AND p.quote_state = 'accepted'""",
        {**tenant(tx), "ids": list(post_ids)},
    )


async def told(tx: Tx, post_ids: Sequence[int], account_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(reader, post) where the reader has a notice about the post already, of whatever type."""
    rows = await tx.all(
        """SELECT account_id, post_id FROM notices WHERE org_id = %(org)s AND network_id = %(network)s
           AND post_id = ANY(%(posts)s) AND account_id = ANY(%(accounts)s)""",
        {**tenant(tx), "posts": list(post_ids), "accounts": list(account_ids)},
    )
    return {(row["account_id"], row["post_id"]) for row in rows}


async def invited(tx: Tx, conversation_id: int) -> set[int]:
    """Who has written in a conversation: they do not need to be asked whether they want an answer."""
    return set(
        await tx.column(
            """SELECT DISTINCT account_id FROM messages WHERE org_id = %(org)s AND network_id = %(network)s
               AND conversation_id = %(conversation)s""",
            {**tenant(tx), "conversation": conversation_id},
        )
    )


async def signed_up(tx: Tx, account_ids: Sequence[int]) -> list[int]:
    """Those of the accounts that a person came with and that are past the confirmation of the address."""
    return await tx.column(
        """SELECT id FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND id = ANY(%(ids)s)
           AND person_id IS NOT NULL AND state IN ('active', 'pending') ORDER BY id""",
        {**tenant(tx), "ids": list(account_ids)},
    )


async def officers(tx: Tx, permission: Permission) -> list[int]:
    """The accounts whose role holds a permission."""
    return await tx.column(
        """SELECT a.id FROM roles r JOIN accounts a ON a.org_id = r.org_id AND a.role_id = r.id
           WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND a.network_id = %(network)s
           AND r.permissions & %(wanted)s <> 0 ORDER BY a.id""",
        {**tenant(tx), "wanted": int(permission | Permission.ADMINISTRATOR)},
    )
