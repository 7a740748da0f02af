"""Nouns: the report, the warning, an account as moderators see it, what is kept out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

Category = Literal["spam", "legal", "violation", "other"]
Act = Literal["none", "sensitive", "disable", "silence", "suspend"]
Status = Literal["active", "pending", "unconfirmed", "disabled", "silenced", "suspended", "sensitized"]
DomainSeverity = Literal["silence", "suspend", "noop"]
IpSeverity = Literal["sign_up_requires_approval", "sign_up_block", "no_access"]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint of `account_id` about `target_id`."""

    id: int
    account_id: int
    target_id: int
    comment: str
    category: Category
    post_ids: list[int]
    collection_ids: list[int]
    rule_ids: list[int]
    forwarded: bool
    assigned_id: int | None
    resolved_at: datetime | None
    resolved_by: int | None
    created_at: datetime
    updated_at: datetime


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to report."""

    target_id: int
    comment: str = ""
    category: str | None = None
    post_ids: list[int] = []
    collection_ids: list[int] = []
    rule_ids: list[int] = []
    forward: bool = False


class Strike(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to an account and why."""

    id: int
    account_id: int | None
    target_id: int
    action: str
    text: str
    report_id: int | None
    post_ids: list[int]
    created_at: datetime
    appeal: str | None = None
    appealed_at: datetime | None = None
    appeal_decided_at: datetime | None = None
    appeal_approved: bool | None = None


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An IP address that somebody logged in from, and when last."""

    ip: str
    used_at: datetime


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """What moderators may know of an account beside the account itself; empty for remote ones."""

    id: int
    email: str | None
    confirmed: bool
    locale: str | None
    invite_request: str
    app_id: int | None
    invited_by: int | None
    role_id: int | None
    role_name: str | None
    role_color: str | None
    role_permissions: int | None
    role_highlighted: bool | None
    ips: list[Address]
    last_seen: datetime | None = None


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts a moderator looks for; everything given must hold."""

    origin: Literal["local", "remote"] | None = None
    statuses: list[Status] = []
    staff: bool = False
    role_ids: list[int] = []
    invited_by: int | None = None
    username: str | None = None
    display_name: str | None = None
    by_domain: str | None = None
    email: str | None = None
    ip: str | None = None
    seen_since: date | None = None
    unseen_since: date | None = None
    groups: bool = True  # whether they are among the accounts that are found


class AllowedDomain(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    domain: str
    created_at: datetime


class BlockedDomain(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is limited or kept out."""

    id: int
    domain: str
    severity: DomainSeverity
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool
    created_at: datetime
    subscription_id: int | None = None  # the list that it came from; None: decided by hand


class BlockedEmailDomain(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    domain: str
    created_at: datetime


class BlockedEmail(msgspec.Struct, frozen=True, kw_only=True):
    """SHA-256 of an address in its canonical form; the address itself is not kept."""

    id: int
    hash: str
    created_at: datetime


class BlockedIp(msgspec.Struct, frozen=True, kw_only=True):
    """A range of addresses, `192.0.2.0/24`."""

    id: int
    ip: str
    severity: IpSeverity
    comment: str
    expires_at: datetime | None
    created_at: datetime
