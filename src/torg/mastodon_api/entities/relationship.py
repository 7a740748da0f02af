"""What one account is to another, and whom one might follow."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Datetime, Entity, Id

OldReason = Annotated[str, Meta(pattern=r"^(staff|past_interactions|global)$")]
Reason = Annotated[
    str,
    Meta(pattern=r"^(featured|most_followed|most_interactions|similar_to_recently_followed|friends_of_friends)$"),
]


class Relationship(Entity, kw_only=True):
    """Relationship: the viewer's ties to the account `id`, both ways."""

    id: Id
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: Datetime | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class FamiliarFollowers(Entity, kw_only=True):
    """FamiliarFollowers: followers of the account `id` whom the viewer follows."""

    id: Id
    accounts: list[Account]


class Suggestion(Entity, kw_only=True):
    """Suggestion: an account worth following and why; `source` is the older, coarser reason."""

    source: OldReason
    sources: list[Reason]
    account: Account
