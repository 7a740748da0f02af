"""Polls."""

from __future__ import annotations

from torg.mastodon_api.entities.base import UNSET, Datetime, Entity, Id, Maybe
from torg.mastodon_api.entities.emoji import CustomEmoji


class PollOption(Entity, kw_only=True):
    """Poll::Option: an answer; its count is null while results are hidden."""

    title: str
    votes_count: int | None


class Poll(Entity, kw_only=True):
    """Poll: a question of a status; `voters_count` is null unless several answers may be given."""

    id: Id
    expires_at: Datetime | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[CustomEmoji]
    voted: Maybe[bool] = UNSET
    own_votes: Maybe[list[int]] = UNSET
