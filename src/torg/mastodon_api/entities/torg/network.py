"""The networks of one person, and what joining another one takes."""

from __future__ import annotations

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Entity, Id


class UnreadCounts(Entity, kw_only=True):
    """What waits for an account, each up to 100."""

    home: int
    notifications: int
    conversations: int
    must_see: int


class PersonNetwork(Entity, kw_only=True):
    """A network in which the caller's person has an account, to be shown beside the others; `kind` is public, inside
    or partner, `domain` its host name, `accent` a colour #rrggbb. `current`: the one that the token is for."""

    id: Id
    kind: str
    domain: str
    url: str
    title: str
    accent: str | None
    thumbnail: str | None
    current: bool
    account: Account
    unread: UnreadCounts


class JoinEntrance(Entity, kw_only=True):
    """What the form behind a mailed link begins with. `known`: the person has a login in the organisation, and gives
    its password instead of choosing one."""

    email: str
    known: bool
    username: str
    display_name: str
