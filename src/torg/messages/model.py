"""Nouns: the message, the conversation, and what to send."""

from __future__ import annotations

from datetime import datetime

import msgspec

from torg.accounts.model import Account
from torg.media.model import Attachment


class MessageDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender wants to say; those mentioned in the text receive it."""

    text: str
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    reply_to_id: int | None = None
    media_ids: list[int] = []
    app_id: int | None = None
    idempotency_key: str | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A stored message with the viewer's marks."""

    id: int
    org_id: int
    network_id: int
    conversation_id: int
    account_id: int
    reply_to_id: int | None
    reply_to_account_id: int | None
    source: str
    html: str
    spoiler: str
    sensitive: bool
    language: str | None
    app_id: int | None
    created_at: datetime
    edited_at: datetime | None
    readers: list[int]
    favourited: bool
    bookmarked: bool
    muted: bool
    uri: str | None = None  # of one from another server


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """A message with its people and files."""

    message: Message
    account: Account
    mentions: list[Account]
    media: list[Attachment]


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A member's view of a conversation: the others, and the latest message that the member may read."""

    id: int
    unread: bool
    last_message_id: int
    accounts: list[Account]
    last: MessageView | None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier (or the present) text of a message."""

    source: str
    html: str
    spoiler: str
    sensitive: bool
    created_at: datetime
