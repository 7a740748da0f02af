"""Accounts and reports as moderators see them."""

from __future__ import annotations

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import UNSET, Datetime, Entity, Id, Maybe
from torg.mastodon_api.entities.instance_parts import Rule
from torg.mastodon_api.entities.report import ReportCategory
from torg.mastodon_api.entities.role import Role
from torg.mastodon_api.entities.status import Status


class AdminIp(Entity, kw_only=True):
    """Admin::Ip: an address that somebody logged in from."""

    ip: str
    used_at: Datetime


class AdminAccount(Entity, kw_only=True):
    """Admin::Account: an account with its login, role and state; `ip` is the address last used."""

    id: Id
    username: str
    domain: str | None
    created_at: Datetime
    email: str
    ip: str | None
    ips: list[AdminIp]
    locale: str
    invite_request: str | None
    role: Role
    confirmed: bool
    approved: bool
    disabled: bool
    sensitized: bool
    silenced: bool
    suspended: bool
    account: Account
    created_by_application_id: Maybe[Id] = UNSET
    invited_by_account_id: Maybe[Id] = UNSET


class AdminReport(Entity, kw_only=True):
    """Admin::Report: a report with the people, statuses and rules in full."""

    id: Id
    action_taken: bool
    action_taken_at: Datetime | None
    category: ReportCategory
    comment: str
    forwarded: bool
    created_at: Datetime
    updated_at: Datetime
    account: AdminAccount
    target_account: AdminAccount
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[Status]
    rules: list[Rule]
