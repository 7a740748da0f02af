"""What happens in the graph. `account_id` is who did it, `target_id` whom it concerns."""

from __future__ import annotations

from torg.kernel.events import Event


class Followed(Event, frozen=True, kw_only=True):
    """`account_id` follows `target_id` from now on, at once (FollowAccepted tells of an accepted request)."""

    account_id: int
    target_id: int


class FollowRequested(Event, frozen=True, kw_only=True):
    account_id: int
    target_id: int


class FollowChanged(Event, frozen=True, kw_only=True):
    """What a follow brings changed: boosts, languages or notifications."""

    account_id: int
    target_id: int


class FollowAccepted(Event, frozen=True, kw_only=True):
    """`account_id` accepted the request of `target_id`, who follows from now on."""

    account_id: int
    target_id: int


class FollowRejected(Event, frozen=True, kw_only=True):
    """`account_id` rejected the request of `target_id`."""

    account_id: int
    target_id: int


class FollowRequestWithdrawn(Event, frozen=True, kw_only=True):
    """`account_id` does not ask any longer; what told `target_id` of it is void."""

    account_id: int
    target_id: int


class Unfollowed(Event, frozen=True, kw_only=True):
    """`account_id` follows `target_id` no longer, whoever of the two ended it."""

    account_id: int
    target_id: int


class Blocked(Event, frozen=True, kw_only=True):
    """Follows and requests between the two are gone too, each with an event of its own."""

    account_id: int
    target_id: int


class Unblocked(Event, frozen=True, kw_only=True):
    account_id: int
    target_id: int


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


class TagFollowed(Event, frozen=True, kw_only=True):
    account_id: int
    tag_id: int
    name: str


class TagUnfollowed(Event, frozen=True, kw_only=True):
    account_id: int
    tag_id: int
    name: str
