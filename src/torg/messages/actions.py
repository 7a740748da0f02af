"""What one may do with messages: send, edit, delete, mark, read and leave a conversation."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.accounts import reads as accounts
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound, invalid
from torg.kernel.ids import new_id
from torg.media import actions as media
from torg.messages import store
from torg.messages.events import MessageDeleted, MessageEdited, MessageSent
from torg.messages.model import Message, MessageDraft
from torg.orgs.model import Network
from torg.posts import actions as posts
from torg.posts import rules
from torg.posts import store as posts_store
from torg.posts.model import Draft
from torg.text.language import guess

Mark = Literal["favourited", "bookmarked", "muted"]


async def send(tx: Tx, actor: Actor, network: Network, draft: MessageDraft, *, origin: str) -> int:
    """Send to those whom the text mentions (in a reply also to those of the message before). The message's id."""
    if actor.delegated is not None:  # a message has no by-line, so nobody would know who wrote it
        raise Forbidden("Your delegation does not include this")
    if draft.idempotency_key and (before := await posts_store.remembered_key(tx, actor.me, draft.idempotency_key)):
        return before
    await accounts.may_post(tx, actor.me)
    rules.check(Draft(text=draft.text, spoiler=draft.spoiler, media_ids=draft.media_ids), network.settings)
    parent = await mine(tx, actor, draft.reply_to_id) if draft.reply_to_id else None
    body, mentioned = await posts.rendered(tx, draft.text, network.host, origin)
    readers = {actor.me, *(a.id for a in mentioned)}
    if parent:
        readers |= {a.id for a in (await accounts.by_ids(tx, parent.readers)).values() if a.visible}
    readers -= await store.blocked_between(tx, actor.me, list(readers))
    id_ = new_id()
    conversation = parent.conversation_id if parent else id_
    if not parent:
        await store.insert_conversation(tx, conversation)
    values = {
        "id": id_,
        "conversation_id": conversation,
        "account_id": actor.me,
        "reply_to_id": parent.id if parent else None,
        "reply_to_account_id": parent.account_id if parent else None,
        "source": draft.text.strip("\r\n \t"),
        "html": body.html,
        "spoiler": draft.spoiler.strip(),
        "sensitive": draft.sensitive or bool(draft.spoiler.strip()),
        "language": draft.language or guess(body.plain),
        "app_id": draft.app_id,
        "created_at": now(),
    }
    await store.insert(tx, values, sorted(readers))
    if draft.media_ids:
        await media.attach_to_message(tx, actor, id_, draft.media_ids)
    await store.move_members(tx, conversation, id_, actor.me, sorted(readers))
    if draft.idempotency_key:
        await posts_store.remember_key(tx, actor.me, draft.idempotency_key, id_)
    event = MessageSent(message_id=id_, conversation_id=conversation, account_id=actor.me, reader_ids=sorted(readers))
    await outbox.append(tx, event)
    return id_


async def mine(tx: Tx, actor: Actor, message_id: int) -> Message:
    """A message that the actor sent or received, else 404."""
    found = await store.readable(tx, actor.me, [message_id])
    if not found:
        raise NotFound
    return found[0]


async def edit(
    tx: Tx,
    actor: Actor,
    network: Network,
    message_id: int,
    *,
    text: str | None,
    spoiler: str | None,
    sensitive: bool | None,
    origin: str,
) -> int:
    """Change one's own message; versions are kept. Its readers stay who they were."""
    message = await mine(tx, actor, message_id)
    if message.account_id != actor.me:
        raise NotFound
    source = message.source if text is None else text.strip("\r\n \t")
    if not source:
        raise invalid("text", "ERR_BLANK", "can't be blank")
    warning = message.spoiler if spoiler is None else spoiler.strip()
    rules.check(Draft(text=source, spoiler=warning), network.settings)
    body, _ = await posts.rendered(tx, source, network.host, origin)
    if not await store.versions(tx, message.id):
        await store.add_version(tx, new_id(), message, message.created_at)
    at = now()
    changed = msgspec.structs.replace(
        message,
        source=source,
        html=body.html,
        spoiler=warning,
        sensitive=(message.sensitive if sensitive is None else sensitive) or bool(warning),
    )
    await store.update(
        tx, message.id, source=source, html=body.html, spoiler=warning, sensitive=changed.sensitive, at=at
    )
    await store.add_version(tx, new_id(), changed, at)
    event = MessageEdited(
        message_id=message.id,
        conversation_id=message.conversation_id,
        account_id=actor.me,
        reader_ids=message.readers,
    )
    await outbox.append(tx, event)
    return message.id


async def delete(tx: Tx, actor: Actor, message_id: int) -> None:
    """Delete one's own message for all of its readers."""
    message = await mine(tx, actor, message_id)
    if message.account_id != actor.me:
        raise NotFound
    await media.release_message(tx, message.id)
    await store.delete(tx, message)
    event = MessageDeleted(
        message_id=message.id,
        conversation_id=message.conversation_id,
        account_id=actor.me,
        reader_ids=message.readers,
    )
    await outbox.append(tx, event)


async def mark(tx: Tx, actor: Actor, message_id: int, what: Mark, value: bool) -> None:
    """One's own mark: others do not see it. `muted` is of the whole conversation."""
    message = await mine(tx, actor, message_id)
    if what == "muted":
        await store.set_member(tx, actor.me, message.conversation_id, "muted", value)
    else:
        await store.mark(tx, actor.me, message.id, what, value)


async def set_unread(tx: Tx, actor: Actor, conversation_id: int, unread: bool) -> None:
    if not await store.set_member(tx, actor.me, conversation_id, "unread", unread):
        raise NotFound


async def hide(tx: Tx, actor: Actor, conversation_id: int) -> None:
    """Take a conversation out of one's list until somebody writes in it again."""
    if not await store.set_member(tx, actor.me, conversation_id, "hidden", True):
        raise NotFound
