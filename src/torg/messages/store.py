"""All SQL of messages and conversations. Every read names the reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from torg.engine.postgres import Row, Tx
from torg.kernel.page import Page, in_order
from torg.messages.model import Message, Version

TENANT = "org_id = %(org)s AND network_id = %(network)s"

SELECT = """
    SELECT m.id, m.org_id, m.network_id, m.conversation_id, m.account_id, m.reply_to_id, m.reply_to_account_id,
           m.source, m.html, m.spoiler, m.sensitive, m.language, m.app_id, m.created_at, m.edited_at, m.uri,
           r.favourited, r.bookmarked, coalesce(c.muted, false) AS muted,
           ARRAY(SELECT o.account_id FROM message_readers o WHERE o.org_id = m.org_id AND o.message_id = m.id
                 ORDER BY o.account_id) AS readers
    FROM messages m
    JOIN message_readers r ON r.org_id = m.org_id AND r.message_id = m.id AND r.account_id = %(viewer)s
    LEFT JOIN conversation_members c ON c.org_id = m.org_id AND c.conversation_id = m.conversation_id
         AND c.account_id = %(viewer)s
    WHERE m.org_id = %(org)s AND m.network_id = %(network)s
"""


def tenant(tx: Tx, viewer: int | None = None) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer}


async def readable(tx: Tx, viewer: int, ids: Iterable[int]) -> list[Message]:
    """Messages by id that the viewer sent or received."""
    return await tx.all(
        f"{SELECT} AND m.id = ANY(%(ids)s) ORDER BY m.id", {**tenant(tx, viewer), "ids": list(ids)}, as_=Message
    )


async def in_conversation(tx: Tx, viewer: int, conversation_id: int) -> list[Message]:
    """All that the viewer may read of a conversation, oldest first, the latest 400."""
    rows = await tx.all(
        f"{SELECT} AND m.conversation_id = %(conversation)s ORDER BY m.id DESC LIMIT 400",
        {**tenant(tx, viewer), "conversation": conversation_id},
        as_=Message,
    )
    return rows[::-1]


async def timeline(tx: Tx, viewer: int, page: Page) -> list[int]:
    """Ids of the messages of all the viewer's conversations."""
    where, params = page.where("message_id")
    rows = await tx.column(
        f"""SELECT message_id FROM message_readers WHERE {TENANT} AND account_id = %(viewer)s AND {where}
            ORDER BY message_id {page.direction} LIMIT {page.limit}""",
        {**tenant(tx, viewer), **params},
    )
    return in_order(page, rows)


async def insert(tx: Tx, values: dict[str, Any], readers: Sequence[int]) -> None:
    """A message with its readers."""
    columns = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], **values}
    await tx.run(
        f"INSERT INTO messages ({', '.join(columns)}) VALUES ({', '.join(f'%({c})s' for c in columns)})", columns
    )
    await add_readers(tx, values["id"], readers)


async def add_readers(tx: Tx, message_id: int, readers: Sequence[int]) -> None:
    await tx.run(
        """INSERT INTO message_readers (org_id, network_id, message_id, account_id)
           SELECT %(org)s, %(network)s, %(id)s, unnest(%(readers)s::bigint[]) ON CONFLICT DO NOTHING""",
        {**tenant(tx), "id": message_id, "readers": list(readers)},
    )


async def insert_conversation(tx: Tx, id_: int) -> None:
    await tx.run(
        "INSERT INTO conversations (org_id, network_id, id) VALUES (%(org)s, %(network)s, %(id)s)",
        {**tenant(tx), "id": id_},
    )


async def move_members(tx: Tx, conversation_id: int, message_id: int, sender: int, readers: Sequence[int]) -> None:
    """The message becomes the latest of the conversation for each reader; unread for all but the sender."""
    await tx.run(
        """INSERT INTO conversation_members (org_id, network_id, conversation_id, account_id, last_message_id, unread)
           SELECT %(org)s, %(network)s, %(conversation)s, a, %(id)s, a <> %(sender)s
           FROM unnest(%(readers)s::bigint[]) AS a ORDER BY a
           ON CONFLICT (org_id, conversation_id, account_id) DO UPDATE
           SET last_message_id = greatest(conversation_members.last_message_id, excluded.last_message_id),
               unread = excluded.unread, hidden = false""",
        {
            **tenant(tx),
            "conversation": conversation_id,
            "id": message_id,
            "sender": sender,
            "readers": list(readers),
        },
    )


async def update(tx: Tx, id_: int, *, source: str, html: str, spoiler: str, sensitive: bool, at: datetime) -> None:
    await tx.run(
        f"""UPDATE messages SET source = %(source)s, html = %(html)s, spoiler = %(spoiler)s,
            sensitive = %(sensitive)s, edited_at = %(at)s WHERE {TENANT} AND id = %(id)s""",
        {
            **tenant(tx), "id": id_, "source": source, "html": html, "spoiler": spoiler, "sensitive": sensitive,
            "at": at,
        },
    )  # fmt: skip


async def delete(tx: Tx, message: Message) -> None:
    """Remove the message; each member's latest becomes the one before, and an empty conversation goes too."""
    params = {**tenant(tx), "id": message.id, "conversation": message.conversation_id}
    await tx.run(f"DELETE FROM messages WHERE {TENANT} AND id = %(id)s", params)
    await tx.run(
        """UPDATE conversation_members c SET last_message_id = (
             SELECT max(r.message_id) FROM message_readers r
             JOIN messages m ON m.org_id = r.org_id AND m.id = r.message_id
             WHERE r.org_id = c.org_id AND r.account_id = c.account_id AND m.conversation_id = c.conversation_id)
           WHERE c.org_id = %(org)s AND c.network_id = %(network)s AND c.conversation_id = %(conversation)s""",
        params,
    )
    await tx.run(
        f"DELETE FROM conversation_members WHERE {TENANT} AND conversation_id = %(conversation)s "
        "AND last_message_id IS NULL",
        params,
    )


async def add_version(tx: Tx, id_: int, message: Message, at: datetime) -> None:
    await tx.run(
        """INSERT INTO message_edits (org_id, network_id, id, message_id, source, html, spoiler, sensitive, created_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            message.org_id, message.network_id, id_, message.id, message.source, message.html, message.spoiler,
            message.sensitive, at,
        ),
    )  # fmt: skip


async def versions(tx: Tx, message_id: int) -> list[Version]:
    return await tx.all(
        f"""SELECT source, html, spoiler, sensitive, created_at FROM message_edits
            WHERE {TENANT} AND message_id = %(id)s ORDER BY id""",
        {**tenant(tx), "id": message_id},
        as_=Version,
    )


async def mark(tx: Tx, viewer: int, message_id: int, column: Literal["favourited", "bookmarked"], value: bool) -> None:
    await tx.run(
        f"""UPDATE message_readers SET {column} = %(value)s
            WHERE {TENANT} AND message_id = %(id)s AND account_id = %(viewer)s""",
        {**tenant(tx, viewer), "id": message_id, "value": value},
    )


async def set_member(
    tx: Tx, viewer: int, conversation_id: int, column: Literal["unread", "hidden", "muted"], value: bool
) -> bool:
    """Change the viewer's view of a conversation; whether there is one."""
    touched = await tx.run(
        f"""UPDATE conversation_members SET {column} = %(value)s
            WHERE {TENANT} AND conversation_id = %(id)s AND account_id = %(viewer)s AND NOT hidden""",
        {**tenant(tx, viewer), "id": conversation_id, "value": value},
    )
    return touched > 0


async def conversations(tx: Tx, viewer: int, page: Page | None = None, conversation_id: int | None = None) -> list[Row]:
    """The viewer's conversations by latest message, each with the ids of the other members."""
    page = page or Page()
    where, params = page.where("c.last_message_id")
    rows = await tx.all(
        f"""SELECT c.conversation_id AS id, c.unread, c.last_message_id,
                   ARRAY(SELECT o.account_id FROM conversation_members o WHERE o.org_id = c.org_id
                         AND o.conversation_id = c.conversation_id AND o.account_id <> %(viewer)s
                         ORDER BY o.account_id) AS others
            FROM conversation_members c
            WHERE c.org_id = %(org)s AND c.network_id = %(network)s AND c.account_id = %(viewer)s
            AND NOT c.hidden AND c.last_message_id IS NOT NULL
            AND (%(conversation)s::bigint IS NULL OR c.conversation_id = %(conversation)s) AND {where}
            ORDER BY c.last_message_id {page.direction} LIMIT {page.limit}""",
        {**tenant(tx, viewer), **params, "conversation": conversation_id},
    )
    return in_order(page, rows)


async def blocked_between(tx: Tx, viewer: int, others: Sequence[int]) -> set[int]:
    """Those of `others` who block the viewer, or whom the viewer blocks."""
    return set(
        await tx.column(
            f"""SELECT CASE WHEN account_id = %(viewer)s THEN target_id ELSE account_id END FROM blocks
                WHERE {TENANT} AND (account_id = %(viewer)s AND target_id = ANY(%(others)s)
                                    OR target_id = %(viewer)s AND account_id = ANY(%(others)s))""",
            {**tenant(tx, viewer), "others": list(others)},
        )
    )
