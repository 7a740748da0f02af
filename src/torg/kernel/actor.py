"""Who acts, where, and what he or she may do: the first argument of every action and read."""

from __future__ import annotations

from datetime import datetime
from enum import IntFlag, StrEnum
from functools import lru_cache

import msgspec

from torg.kernel.errors import Unauthorized


class NetworkKind(StrEnum):
    INSIDE = "inside"
    PARTNER = "partner"
    PUBLIC = "public"


class Permission(IntFlag):
    """Mastodon's role permissions, same bits (docs: entities/Role)."""

    NONE = 0
    ADMINISTRATOR = 0x1
    DEVOPS = 0x2
    VIEW_AUDIT_LOG = 0x4
    VIEW_DASHBOARD = 0x8
    MANAGE_REPORTS = 0x10
    MANAGE_FEDERATION = 0x20
    MANAGE_SETTINGS = 0x40
    MANAGE_BLOCKS = 0x80
    MANAGE_TAXONOMIES = 0x100
    MANAGE_APPEALS = 0x200
    MANAGE_USERS = 0x400
    MANAGE_INVITES = 0x800
    MANAGE_RULES = 0x1000
    MANAGE_ANNOUNCEMENTS = 0x2000
    MANAGE_CUSTOM_EMOJIS = 0x4000
    MANAGE_WEBHOOKS = 0x8000
    INVITE_USERS = 0x10000
    MANAGE_ROLES = 0x20000
    MANAGE_USER_ACCESS = 0x40000
    DELETE_USER_DATA = 0x80000
    VIEW_FEEDS = 0x100000
    INVITE_BYPASS_APPROVAL = 0x200000
    # Our own start above 1 << 24, far from where Mastodon goes on; its clients ignore bits that they do not know.
    MANAGE_GROUPS = 1 << 25
    BROADCAST = 1 << 26  # announcements that must be seen
    VIEW_REPORTS = 1 << 27  # figures and who has seen what, without the right to change anything
    PROMOTE = 1 << 28  # draft a public post from an inside one
    APPROVE_PROMOTION = 1 << 29
    OVERRULE_GUARD = 1 << 30
    MANAGE_COMPLIANCE = 1 << 31  # retention, legal hold, compliance export
    MONITOR = 1 << 32  # the watch list and its hits
    MANAGE_NETWORKS = 1 << 33


class Scope(msgspec.Struct, frozen=True):
    """The rows that a transaction may touch: one organisation and the networks within it.

    `viewer` narrows it to what one account may see of groups (0: anonymous; None: nobody in particular, for jobs
    and moderators), `guest` to the groups that this account is in.
    """

    org_id: int
    network_ids: tuple[int, ...]
    viewer: int | None = None
    guest: bool = False


class Delegated(msgspec.Struct, frozen=True):
    """Who really acts where somebody acts for another account: the delegate's account, and what it may do."""

    by: int
    rights: frozenset[str]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """One face in one network, or nobody (`account_id` None: anonymous, or an app by itself)."""

    org_id: int
    network_id: int
    network_kind: NetworkKind = NetworkKind.PUBLIC
    account_id: int | None = None
    person_id: int | None = None
    app_id: int | None = None
    token_id: int | None = None
    scopes: frozenset[str] = frozenset()
    permissions: Permission = Permission.NONE
    role_id: int | None = None
    policy_version: int = 0  # the newest usage policy that the account has accepted
    guest: bool = False
    delegated: Delegated | None = None
    locale: str = "en"
    ends_at: datetime | None = None
    """When the token ends by the clock."""

    @property
    def scope(self) -> Scope:
        """The tenant setting for this actor's transactions."""
        return Scope(self.org_id, (self.network_id,), viewer=self.account_id or 0, guest=self.guest)

    @property
    def whole(self) -> Scope:
        """All of the network, for a moderator: without what binds the actor as a reader."""
        return Scope(self.org_id, (self.network_id,))

    @property
    def me(self) -> int:
        """The acting account's id; 401 for nobody and for an app by itself."""
        if self.account_id is None:
            raise Unauthorized
        return self.account_id

    def may(self, permission: Permission) -> bool:
        """Whether the role holds this permission; an administrator holds all."""
        return bool(self.permissions & (permission | Permission.ADMINISTRATOR))

    def granted(self, wanted: str) -> bool:
        """Whether the token's scopes cover `wanted` (`read` covers `read:statuses`; docs: api/oauth-scopes)."""
        return not self.scopes.isdisjoint(_covering(wanted))


@lru_cache(maxsize=256)
def _covering(wanted: str) -> tuple[str, ...]:
    """The scopes by any of which `wanted` is granted: itself, and those it is a part of."""
    parts = wanted.split(":")
    return tuple(":".join(parts[:n]) for n in range(1, len(parts) + 1))
