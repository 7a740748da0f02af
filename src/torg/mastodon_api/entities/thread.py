"""What surrounds a status: its thread, its history, its source, its translation and one that waits for its time."""

from __future__ import annotations

from torg.mastodon_api.entities.account import Account, Audience
from torg.mastodon_api.entities.base import UNSET, Datetime, Entity, Id, Maybe
from torg.mastodon_api.entities.emoji import CustomEmoji
from torg.mastodon_api.entities.media import MediaAttachment
from torg.mastodon_api.entities.status import Quote, Status


class Context(Entity, kw_only=True):
    """Context: the statuses above and below one, in reading order."""

    ancestors: list[Status]
    descendants: list[Status]


class StatusEditOption(Entity, kw_only=True):
    """`poll.options[]` of a StatusEdit: a text without votes."""

    title: str


class StatusEditPoll(Entity, kw_only=True):
    """`poll` of a StatusEdit."""

    options: list[StatusEditOption]


class StatusEdit(Entity, kw_only=True):
    """StatusEdit: one revision of a status."""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: Datetime
    account: Account
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]
    poll: Maybe[StatusEditPoll] = UNSET
    quote: Maybe[Quote | None] = UNSET


class StatusSource(Entity, kw_only=True):
    """StatusSource: the plain texts that an editor starts from."""

    id: Id
    text: str
    spoiler_text: str


class TranslationOption(Entity, kw_only=True):
    """Translation::Poll::Option: a translated answer."""

    title: str


class TranslationPoll(Entity, kw_only=True):
    """Translation::Poll: the translated answers of a poll."""

    id: Id
    options: list[TranslationOption]


class TranslationAttachment(Entity, kw_only=True):
    """Translation::Attachment: a translated description of a file."""

    id: Id
    description: str


class Translation(Entity, kw_only=True):
    """Translation: a status in another language; `poll` is null for a status without one."""

    content: str
    spoiler_text: str
    language: str
    media_attachments: list[TranslationAttachment]
    detected_source_language: str
    provider: str
    poll: Maybe[TranslationPoll | None] = UNSET


class ScheduledPoll(Entity, kw_only=True):
    """`params[poll]`: the poll that will be made; `expires_in` counts seconds from publication."""

    options: list[str]
    expires_in: int
    multiple: Maybe[bool | None] = UNSET
    hide_totals: Maybe[bool | None] = UNSET


class ScheduledParams(Entity, kw_only=True):
    """`params` of a ScheduledStatus: what was asked; here `in_reply_to_id` is a number, `scheduled_at` null."""

    text: str
    poll: ScheduledPoll | None
    media_ids: list[Id] | None
    sensitive: bool | None
    spoiler_text: str | None
    visibility: Audience | None
    in_reply_to_id: int | None
    language: str | None
    application_id: int
    scheduled_at: None = None
    idempotency: str | None = None
    with_rate_limit: bool = False


class ScheduledStatus(Entity, kw_only=True):
    """ScheduledStatus: a status that will be published at `scheduled_at`."""

    id: Id
    scheduled_at: Datetime
    params: ScheduledParams
    media_attachments: list[MediaAttachment]
