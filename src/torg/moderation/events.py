"""What moderators and those who complain to them did."""

from __future__ import annotations

from torg.kernel.events import Event


class ReportFiled(Event, frozen=True, kw_only=True):
    """Somebody complains: moderators are told."""

    report_id: int
    account_id: int
    target_id: int


class AppealFiled(Event, frozen=True, kw_only=True):
    """Somebody objects to what was done to the account: those who decide about it are told."""

    warning_id: int
    account_id: int


class WarningIssued(Event, frozen=True, kw_only=True):
    """A moderator acted upon a local account: the person is told, by mail too if `mail`."""

    warning_id: int
    target_id: int
    action: str
    mail: bool = False


class AccountModerated(Event, frozen=True, kw_only=True):
    """An account was suspended, silenced, released …: what is shown of it is out of date."""

    account_id: int
    verb: str
