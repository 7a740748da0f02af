"""Nouns: the organisation and its networks, each with settings of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from torg.kernel.actor import NetworkKind, Scope

Registration = Literal["open", "approval", "closed"]


class NetworkSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an administrator may change. None means: as the installation is configured."""

    registration: Registration | None = None
    confirm_email: bool | None = None
    max_characters: int = 500
    max_media: int = 4
    max_poll_options: int = 4
    max_pins: int = 5
    short_description: str = ""
    description: str = ""
    contact_email: str = ""
    contact_handle: str = ""
    languages: list[str] = []
    thumbnail_key: str | None = None
    privacy_policy: str = ""
    terms_of_service: str = ""
    registrations_message: str = ""
    local_live_feed: Literal["public", "authenticated", "disabled"] = "public"
    min_age: int | None = None
    private: bool = False  # whether one must be a member to read, although the network is public
    single_user: str = ""  # the handle of the one whose place this is: the front page is the profile
    trends_need_review: bool = False  # whether a moderator must approve what trends before it is shown
    posting: Literal["members", "admins"] = "members"  # who may post; asked by rules.may_post
    guest_invitations: Literal["members", "admins", "nobody"] = "admins"  # who may invite guests into groups
    retention_days: int | None = None  # after how many days posts go; None: they stay
    message_retention_days: int | None = None  # the same for direct messages
    deleted_retention_days: int = 30  # how long a snapshot of what was deleted is kept for compliance
    locale: str | None = None  # the language of pages and mails for who asks for none that we have
    accent: str | None = None  # the colour of links and buttons, #rrggbb


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """A place to post, found by host name (with port where it is not the scheme's own)."""

    id: int
    org_id: int
    kind: NetworkKind
    host: str
    name: str
    settings: NetworkSettings
    created_at: datetime

    @property
    def scope(self) -> Scope:
        return Scope(self.org_id, (self.id,))

    @property
    def is_public(self) -> bool:
        """Whether anonymous readers may read here; the wall's first question."""
        return self.kind is NetworkKind.PUBLIC and not self.settings.private


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A domain that an organisation says is its own. `method`: how it was verified; None until then."""

    id: int
    domain: str
    method: Literal["dns", "mail", "operator"] | None
    token: str
    verified_at: datetime | None
    created_at: datetime


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant: a company, agency, club."""

    org_id: int
    name: str
    created_at: datetime
