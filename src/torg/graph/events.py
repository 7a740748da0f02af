"""What happens in the graph. `account_id` is who did it, `target_id` whom it concerns.

`uri` is the id of the Follow that another server sent, where it is one of another server's.
"""

from __future__ import annotations

from torg.kernel.events import Event


class Followed(Event, frozen=True, kw_only=True):
    """`account_id` follows `target_id` from now on, at once (FollowAccepted tells of an accepted request)."""

    account_id: int
    target_id: int
    uri: str | None = None


class FollowRequested(Event, frozen=True, kw_only=True):
    account_id: int
    target_id: int
    uri: str | None = None


class FollowChanged(Event, frozen=True, kw_only=True):
    """What a follow brings changed: boosts, languages or notifications; or another server asked once more (`uri`)."""

    account_id: int
    target_id: int
    uri: str | None = None


class FollowAccepted(Event, frozen=True, kw_only=True):
    """`account_id` accepted the request of `target_id`, who follows from now on."""

    account_id: int
    target_id: int
    uri: str | None = None


class FollowRejected(Event, frozen=True, kw_only=True):
    """`account_id` rejected the request of `target_id`, or its follow was refused out of hand."""

    account_id: int
    target_id: int
    uri: str | None = None


class FollowRequestWithdrawn(Event, frozen=True, kw_only=True):
    """`account_id` does not ask any longer; what told `target_id` of it is void."""

    account_id: int
    target_id: int
    uri: str | None = None


class Unfollowed(Event, frozen=True, kw_only=True):
    """`account_id` follows `target_id` no longer, whoever of the two ended it (`ended_by`; None: the follower)."""

    account_id: int
    target_id: int
    uri: str | None = None
    ended_by: int | None = None


class Blocked(Event, frozen=True, kw_only=True):
    """Follows and requests between the two are gone too, each with an event of its own."""

    account_id: int
    target_id: int


class Unblocked(Event, frozen=True, kw_only=True):
    account_id: int
    target_id: int
    uri: str | None = None


class Muted(Event, frozen=True, kw_only=True):
    account_id: int
    target_id: int
    notifications: bool = True


class Unmuted(Event, frozen=True, kw_only=True):
    account_id: int
    target_id: int


class DomainBlocked(Event, frozen=True, kw_only=True):
    account_id: int
    domain: str


class DomainUnblocked(Event, frozen=True, kw_only=True):
    account_id: int
    domain: str


class RelationshipsSevered(Event, frozen=True, kw_only=True):
    """A server or an account elsewhere was shut out, which ended follows of `account_id` or by others of it."""

    severance_id: int
    account_id: int


class TagFollowed(Event, frozen=True, kw_only=True):
    account_id: int
    tag_id: int
    name: str


class TagUnfollowed(Event, frozen=True, kw_only=True):
    account_id: int
    tag_id: int
    name: str
