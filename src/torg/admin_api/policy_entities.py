"""What the methods about policies and the chain of the log answer with."""

from __future__ import annotations

from typing import Literal

import msgspec


class AdminPolicies(msgspec.Struct, kw_only=True):
    """What the network demands of logins; null: no bound of the network's own. Ids are strings.

    `your_address` is the caller's, as the ranges are compared with it.
    """

    allowed_ranges: list[str]
    ranges_exempt_roles: list[str]
    session_hours: int | None
    session_idle_minutes: int | None
    password_least: int
    password_max_days: int | None
    login_attempts: int | None
    second_factor: Literal["optional", "offices", "all"]
    monitor_messages: bool
    monitor_mail_outside: bool
    usage_policy_version: int
    your_address: str


class AdminRefusedAddress(msgspec.Struct, kw_only=True):
    """How often a member was refused from an address on a day (`day`: YYYY-MM-DD)."""

    day: str
    account_id: str
    handle: str
    ip: str
    requests: int
    last_at: str


class AdminUsagePolicy(msgspec.Struct, kw_only=True):
    """A version of the usage policy; `text` is Markdown as typed. `version` 0: nothing need be accepted."""

    version: int
    text: str
    published_by: str | None
    published_at: str | None
    current: bool
    accepted_count: int
    members_count: int


class AdminAcceptance(msgspec.Struct, kw_only=True):
    """A member, and when he or she accepted the version; null: not yet."""

    account_id: str
    handle: str
    display_name: str
    email: str | None
    accepted_at: str | None


class AdminLogHead(msgspec.Struct, kw_only=True):
    """The end of the organisation's chain: how many acts, and the SHA-256 that stands for all of them, in hex."""

    org_id: str
    seq: int
    hash: str


class AdminWatch(msgspec.Struct, kw_only=True):
    """What is watched for. `kind`: `words` (one per line, whole words) or `expression` (RE2)."""

    id: str
    name: str
    kind: str
    expression: str
    severity: str
    group_id: str | None
    notify_account_id: str | None
    notify_email: str
    enabled: bool
    created_by: str | None
    created_at: str
    updated_at: str
    hits_count: int
    open_hits_count: int


class AdminWatchHit(msgspec.Struct, kw_only=True):
    """Where it was found. `status_id` or `message_id` is set; what it names may be gone, the excerpt stays."""

    id: str
    watch_id: str
    watch_name: str
    severity: str
    status_id: str | None
    message_id: str | None
    account_id: str
    acct: str
    group_id: str | None
    found: str
    excerpt: str
    edited: bool
    created_at: str
    resolved_at: str | None
    resolved_by: str | None
    note: str


class AdminWatchTrial(msgspec.Struct, kw_only=True):
    """What an expression would find in a text: each piece with its place, in characters."""

    matches: list[AdminWatchMatch]


class AdminWatchMatch(msgspec.Struct, kw_only=True):
    """One piece."""

    text: str
    start: int
    end: int
