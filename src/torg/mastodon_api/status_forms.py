"""Parameters of posting and editing (Mastodon: methods/statuses#create and #edit)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from torg.posts.model import PollDraft, QuotePolicy

Visibility = Literal["public", "unlisted", "private", "direct"]


class PollForm(msgspec.Struct, kw_only=True):
    options: list[str] = []
    expires_in: int = 86_400
    multiple: bool = False
    hide_totals: bool = False

    def draft(self) -> PollDraft | None:
        """None for the empty poll that some clients send along."""
        if not self.options:
            return None
        return PollDraft(
            options=[option.strip() for option in self.options],
            expires_in=self.expires_in,
            multiple=self.multiple,
            hide_totals=self.hide_totals,
        )


class NewStatus(msgspec.Struct, kw_only=True):
    """POST /api/v1/statuses."""

    status: str | None = None
    media_ids: list[int] = []
    poll: PollForm | None = None
    in_reply_to_id: int | None = None
    sensitive: bool | None = None
    spoiler_text: str | None = None
    visibility: Visibility | None = None
    language: str | None = None
    scheduled_at: datetime | None = None
    quoted_status_id: int | None = None
    quote_approval_policy: QuotePolicy | None = None
    group_id: int | None = None  # ours: the group to post in, by its account id


class MediaAttributes(msgspec.Struct, kw_only=True):
    id: int
    description: str | None = None
    focus: str | None = None


class EditStatus(msgspec.Struct, kw_only=True):
    """PUT /api/v1/statuses/:id; what is left out stays."""

    id: int
    status: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    media_ids: list[int] | msgspec.UnsetType = msgspec.UNSET
    media_attributes: list[MediaAttributes] = []
    poll: PollForm | None = None
    quote_approval_policy: QuotePolicy | None = None
