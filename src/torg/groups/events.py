"""What happens to groups. `account_id` is who did it; joining and leaving are events of the graph."""

from __future__ import annotations

from torg.kernel.events import Event


class GroupCreated(Event, frozen=True, kw_only=True):
    group_id: int
    account_id: int
    kind: str


class GroupChanged(Event, frozen=True, kw_only=True):
    """Its kind, rules, aliases or whether it is archived; name and pictures come as AccountUpdated."""

    group_id: int
    account_id: int
    kind: str
    archived: bool


class GroupDeleted(Event, frozen=True, kw_only=True):
    """Nobody sees the group any more; its posts go with a job."""

    group_id: int
    account_id: int


class GroupRoleChanged(Event, frozen=True, kw_only=True):
    """`member_id` has this role from now on, or none."""

    group_id: int
    account_id: int
    member_id: int
    role: str | None


class GroupInvited(Event, frozen=True, kw_only=True):
    """`invited_id` may join at once; None for a guest who was invited by mail."""

    group_id: int
    account_id: int
    invited_id: int | None = None


class GroupAnnounced(Event, frozen=True, kw_only=True):
    """A post of the group that every member is told of."""

    group_id: int
    account_id: int
    post_id: int


class GroupPinsChanged(Event, frozen=True, kw_only=True):
    group_id: int
    account_id: int
    post_id: int
    pinned: bool


class TopicAdded(Event, frozen=True, kw_only=True):
    """A reader put a topic on somebody's post."""

    post_id: int
    account_id: int
    name: str


class TopicRemoved(Event, frozen=True, kw_only=True):
    post_id: int
    account_id: int
    name: str
