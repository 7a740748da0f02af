"""Direct messages that come from other servers: stored, edited and deleted with the same events as ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import new_id
from torg.media import remote as media
from torg.messages import store
from torg.messages.events import MessageEdited, MessageSent
from torg.messages.model import Message


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a remote account, believed and cleaned; `reader_ids` are whom it names here and elsewhere."""

    uri: str
    account_id: int
    reader_ids: Sequence[int]
    parent: Message | None = None
    html: str
    plain: str
    spoiler: str
    sensitive: bool
    language: str | None
    published: datetime
    edited_at: datetime | None = None
    files: Sequence[media.RemoteFile] = ()
    reject_files: bool = False


async def by_uri(tx: Tx, uri: str) -> Message | None:
    """The remote message of an ActivityPub id, as its sender sees it."""
    row = await tx.one(
        f"SELECT id, account_id FROM messages WHERE {store.TENANT} AND uri = %(uri)s", {**store.tenant(tx), "uri": uri}
    )
    if row is None:
        return None
    found = await store.readable(tx, row["account_id"], [row["id"]])
    return found[0] if found else None


async def readable_by(tx: Tx, account_id: int, message_id: int) -> Message | None:
    """A message of ours that a remote account sent or received: what it may answer."""
    found = await store.readable(tx, account_id, [message_id])
    return found[0] if found else None


async def insert(tx: Tx, message: Received) -> int | None:
    """Store a message that is not here yet; its id. None if nobody is left who would read it (blocks)."""
    readers = {message.account_id, *message.reader_ids}
    readers -= await store.blocked_between(tx, message.account_id, list(readers))
    if readers <= {message.account_id}:
        return None
    id_, parent = new_id(), message.parent
    conversation = parent.conversation_id if parent else id_
    if not parent:
        await store.insert_conversation(tx, conversation)
    await store.insert(
        tx,
        {
            "id": id_, "conversation_id": conversation, "account_id": message.account_id,
            "reply_to_id": parent.id if parent else None,
            "reply_to_account_id": parent.account_id if parent else None,
            "source": message.plain, "html": message.html, "spoiler": message.spoiler,
            "sensitive": message.sensitive, "language": message.language,
            "created_at": min(message.published, now()), "edited_at": message.edited_at, "uri": message.uri,
        },
        sorted(readers),
    )  # fmt: skip
    if message.files:
        await media.attach(tx, message.account_id, message.files, message_id=id_, reject=message.reject_files)
    await store.move_members(tx, conversation, id_, message.account_id, sorted(readers))
    event = MessageSent(
        message_id=id_, conversation_id=conversation, account_id=message.account_id, reader_ids=sorted(readers)
    )
    await outbox.append(tx, event)
    return id_


async def revise(tx: Tx, message: Message, new: Received) -> bool:
    """What its sender says in a message now; its readers stay who they were. False if nothing changed."""
    if new.files:
        await media.attach(tx, message.account_id, new.files, message_id=message.id, reject=new.reject_files)
    if (new.html, new.spoiler, new.sensitive) == (message.html, message.spoiler, message.sensitive):
        return False
    at = new.edited_at or now()
    if not await store.versions(tx, message.id):
        await store.add_version(tx, new_id(), message, message.created_at)
    changed = msgspec.structs.replace(
        message, source=new.plain, html=new.html, spoiler=new.spoiler, sensitive=new.sensitive
    )
    await store.update(
        tx, message.id, source=new.plain, html=new.html, spoiler=new.spoiler, sensitive=new.sensitive, at=at
    )
    await store.add_version(tx, new_id(), changed, at)
    event = MessageEdited(
        message_id=message.id, conversation_id=message.conversation_id, account_id=message.account_id,
        reader_ids=message.readers,
    )  # fmt: skip
    await outbox.append(tx, event)
    return True
