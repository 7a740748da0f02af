"""What happens to messages. `reader_ids` are all who may read it, the sender among them."""

from __future__ import annotations

from torg.kernel.events import Event


class MessageSent(Event, frozen=True, kw_only=True):
    message_id: int
    conversation_id: int
    account_id: int
    reader_ids: list[int]


class MessageEdited(Event, frozen=True, kw_only=True):
    message_id: int
    conversation_id: int
    account_id: int
    reader_ids: list[int]


class MessageDeleted(Event, frozen=True, kw_only=True):
    message_id: int
    conversation_id: int
    account_id: int
    reader_ids: list[int]
