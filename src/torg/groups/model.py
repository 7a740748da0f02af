"""Nouns of groups: the group as one viewer finds it, what may be changed of it, invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from torg.accounts.model import Account

GroupKind = Literal["open", "moderated", "private", "hidden"]
"""Open: all members of the network read and join. Moderated: all read, joining is approved. Private: all see that
it is there, members read, joining is approved. Hidden: nobody knows of it but members and those invited."""

Posting = Literal["members", "admins"]
"""Who begins conversations; every member may answer."""

Role = Literal["admin", "moderator"]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group, and what the viewer is to it. `id` is its account's."""

    id: int
    kind: GroupKind
    posting: Posting
    guests_allowed: bool
    created_by: int | None
    archived_at: datetime | None
    created_at: datetime
    aliases: list[str]
    role: Role | None
    member: bool
    requested: bool
    invited: bool


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """A group with its account, which carries name, note, pictures and the number of members."""

    group: Group
    account: Account


class NewGroup(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who makes a group says of it. `name` is its handle: `!name` addresses it."""

    name: str
    display_name: str = ""
    note: str = ""
    kind: GroupKind = "open"
    posting: Posting = "members"
    guests_allowed: bool = True
    aliases: Sequence[str] = ()


class GroupChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change; None leaves as it is. `aliases` are all of them."""

    display_name: str | None = None
    note: str | None = None
    kind: GroupKind | None = None
    posting: Posting | None = None
    guests_allowed: bool | None = None
    aliases: Sequence[str] | None = None
    archived: bool | None = None
    avatar_description: str | None = None
    header_description: str | None = None


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asked in: an account of the network, or a guest by e-mail (`account_id` None)."""

    id: int
    group_id: int
    account_id: int | None
    email: str | None
    invited_by: int | None
    created_at: datetime
    expires_at: datetime | None


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A tag on a post; `added_by` is the reader who put it there, None for one from the text."""

    tag_id: int
    added_by: int | None


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """A post that every member was told of; `id` pages the list in the order of announcing."""

    id: int
    post_id: int
