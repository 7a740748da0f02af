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
    home_feed: Literal["company", "followed"] | None = None  # of members who have not chosen; None: by the kind
    federation: Literal["open", "allowed", "off"] = "open"  # with which servers a public network speaks
    authorised_fetch: bool = False  # whether other servers must sign what they ask for
    remote_media_days: int = 30  # how long a copy of another server's file stays that nobody looks at
    remote_media_mb: int = 5_000  # how much all such copies of the network may take
    webmentions: bool = True  # whether other sites are told of links, and theirs are taken in
    guest_replies: bool = False  # whether people without an account may answer public posts, by a form
    group_creation: Literal["members", "admins"] = "members"  # who may make groups; guests never
    guest_invitations: Literal["members", "admins", "nobody"] = "admins"  # who may invite guests into groups
    retention_days: int | None = None  # after how many days posts go; None: they stay
    message_retention_days: int | None = None  # the same for direct messages
    deleted_retention_days: int = 30  # how long a snapshot of what was deleted is kept for compliance
    guard_days: int = 90  # of an inside: how old its posts may be for the leak guard to know them
    managers_edited_by: Literal["self", "admins"] = "self"  # who says in the org chart to whom somebody reports
    locale: str | None = None  # the language of pages and mails for who asks for none that we have
    accent: str | None = None  # the colour of links and buttons, #rrggbb
    team_accounts: Literal["members", "admins"] = "admins"  # who may make accounts that several people post for
    digest: Literal["off", "daily", "weekly"] | None = None  # for members who have not chosen; None: by the kind
    digest_content: Literal["full", "titles", "counts"] = "full"  # how much of what was written goes out by mail
    push_content: Literal["full", "titles", "nothing"] = "full"  # how much notifications on devices show
    time_zone: str = "Europe/Stockholm"  # of a member who has not said where he or she is
    allowed_ranges: list[str] = []  # from where members may log in and use tokens; empty: from anywhere
    ranges_exempt_roles: list[int] = []  # roles that may from anywhere all the same
    session_hours: int | None = None  # how old a login, in a browser or an app, may grow
    session_idle_minutes: int | None = None  # after how long without use it ends
    password_least: int = 8  # characters
    password_max_days: int | None = None  # after how many days one must choose another at the next login
    login_attempts: int | None = None  # per e-mail address in a quarter of an hour
    second_factor: Literal["optional", "offices", "all"] = "optional"  # who must log in with a code, too
    usage_policy_version: int = 0  # what every member must have accepted; 0: nothing
    monitor_messages: bool = False  # whether the watch list looks at direct messages too
    monitor_mail_outside: bool = False  # whether hits may be mailed to addresses that are no member's


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
