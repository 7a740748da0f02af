"""Promotions: inside posts on their way to becoming public ones."""

from __future__ import annotations

from torg.mastodon_api.entities.base import Datetime, Entity, Id
from torg.mastodon_api.entities.status import Status


class PromotionRedaction(Entity, kw_only=True):
    """What was asked to be taken out."""

    start: int | None
    end: int | None
    text: str | None
    pattern: str | None
    remove: bool


class PromotionMedia(Entity, kw_only=True):
    """A file that goes along, with the text that it will have."""

    id: Id
    description: str | None


class Promotion(Entity, kw_only=True):
    """A public draft of an inside status. `text` is what will be read; `digest` names exactly this version.

    `public_status`: the public status with its public addresses, once it is out and as long as it is there.
    """

    id: Id
    state: str
    status_id: Id | None
    author_id: Id | None
    requested_by_id: Id | None
    decided_by_id: Id | None
    face: str
    text: str
    spoiler_text: str
    language: str | None
    redactions: list[PromotionRedaction]
    media: list[PromotionMedia]
    credit: bool
    digest: str
    reason: str
    public_status: Status | None
    can_approve: bool
    created_at: Datetime
    updated_at: Datetime
    submitted_at: Datetime | None
    decided_at: Datetime | None


class PromotionPart(Entity, kw_only=True):
    """A piece of a comparison: `same` in both texts, `gone` from the inside one, or `new` in the public one."""

    kind: str
    text: str


class PromotionDiff(Entity, kw_only=True):
    """The inside text and the public one, side by side."""

    id: Id
    digest: str
    inside: str
    public: str
    parts: list[PromotionPart]
