"""Groups: an account of which one is a member by following it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Datetime, Entity, Id
from torg.mastodon_api.entities.media import MediaAttachment
from torg.mastodon_api.entities.tag import Tag

Kind = Annotated[str, Meta(pattern=r"^(open|moderated|private|hidden)$")]
"""Who reads and how one joins (docs/groups.md)."""

Posting = Annotated[str, Meta(pattern=r"^(members|admins)$")]
"""Who begins conversations."""

Role = Annotated[str, Meta(pattern=r"^(admin|moderator)$")]
"""Null for a plain member."""


class Group(Account, kw_only=True):
    """Account with what makes it a group. `role`, `member`, `requested`, `invited`: the viewer's own standing."""

    kind: Kind
    posting: Posting
    aliases: list[str]
    guests_allowed: bool
    archived: bool
    members_count: int
    role: Role | None
    member: bool
    requested: bool
    invited: bool


class GroupMember(Account, kw_only=True):
    """Account of a member, with the role in the group."""

    group_role: Role | None


class GroupInvitation(Entity, kw_only=True):
    """Somebody asked in: an account, or a guest's e-mail address. `group` is there in the list of one's own."""

    id: Id
    group: Group | None
    account: Account | None
    email: str | None
    invited_by: Account | None
    created_at: Datetime
    expires_at: Datetime | None


class GroupFile(MediaAttachment, kw_only=True):
    """MediaAttachment of a post in a group, with the post and its author."""

    status_id: Id
    account: Account


class StatusTopic(Tag, kw_only=True):
    """Tag of a conversation; `added_by` is the id of the reader who put it there, null for one of the text."""

    added_by: Id | None
