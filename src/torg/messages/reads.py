"""Answers about messages: views for those who may read them, nobody else."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import reads as accounts
from torg.engine.postgres import Row, Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.media import reads as media
from torg.messages import store
from torg.messages.model import Conversation, Message, MessageView, Version


async def views(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[MessageView]:
    """Views of the messages that the actor may read, in the order of `ids`."""
    if actor.account_id is None or not ids:
        return []
    found = {m.id: m for m in await store.readable(tx, actor.account_id, ids)}
    return await _around(tx, [found[id_] for id_ in ids if id_ in found])


async def _around(tx: Tx, found: Sequence[Message]) -> list[MessageView]:
    people = await accounts.by_ids(tx, {m.account_id for m in found}.union(*(m.readers for m in found)))
    files = await media.for_messages(tx, [m.id for m in found]) if found else {}
    return [
        MessageView(
            message=m,
            account=people[m.account_id],
            mentions=[people[r] for r in m.readers if r in people and r != m.account_id],
            media=files.get(m.id, []),
        )
        for m in found
        if m.account_id in people
    ]


async def is_message(tx: Tx, actor: Actor, id_: int) -> bool:
    """Whether the id is a message that the actor may read."""
    return actor.account_id is not None and bool(await store.readable(tx, actor.account_id, [id_]))


async def thread(tx: Tx, actor: Actor, message_id: int) -> tuple[list[MessageView], list[MessageView]]:
    """What was said before and after a message in its conversation, as far as the actor may read."""
    found = await store.readable(tx, actor.me, [message_id])
    if not found:
        raise NotFound
    around = await store.in_conversation(tx, actor.me, found[0].conversation_id)
    seen = await _around(tx, [m for m in around if m.id != message_id])
    return [v for v in seen if v.message.id < message_id], [v for v in seen if v.message.id > message_id]


async def timeline(tx: Tx, actor: Actor, page: Page) -> list[MessageView]:
    """All the actor's messages, newest first."""
    return await views(tx, actor, await store.timeline(tx, actor.me, page))


async def history(tx: Tx, actor: Actor, message_id: int) -> tuple[MessageView, list[Version]]:
    """A message and its versions, oldest first."""
    found = await views(tx, actor, [message_id])
    if not found:
        raise NotFound
    message = found[0].message
    only = Version(
        source=message.source,
        html=message.html,
        spoiler=message.spoiler,
        sensitive=message.sensitive,
        created_at=message.created_at,
    )
    return found[0], await store.versions(tx, message_id) or [only]


async def conversations(tx: Tx, actor: Actor, page: Page) -> list[Conversation]:
    """The actor's conversations, the one with the newest message first."""
    return await _conversations(tx, actor, await store.conversations(tx, actor.me, page))


async def conversation(tx: Tx, actor: Actor, id_: int) -> Conversation:
    """One of the actor's conversations, else 404."""
    found = await _conversations(tx, actor, await store.conversations(tx, actor.me, None, id_))
    if not found:
        raise NotFound
    return found[0]


async def _conversations(tx: Tx, actor: Actor, rows: Sequence[Row]) -> list[Conversation]:
    people = await accounts.by_ids(tx, {a for row in rows for a in row["others"]})
    last = {v.message.id: v for v in await views(tx, actor, [row["last_message_id"] for row in rows])}
    return [
        Conversation(
            id=row["id"],
            unread=row["unread"],
            last_message_id=row["last_message_id"],
            accounts=[people[a] for a in row["others"] if a in people],
            last=last.get(row["last_message_id"]),
        )
        for row in rows
    ]
