"""What happens to accounts. Each is written in the transaction that did it."""

from __future__ import annotations

from torg.kernel.events import Event


class AccountCreated(Event, frozen=True, kw_only=True):
    """A new account; `state` tells whether it waits for a confirmation (`unconfirmed`) or a moderator (`pending`)."""

    account_id: int
    state: str = "active"


class AccountActivated(Event, frozen=True, kw_only=True):
    """An account that waited may be used from now on."""

    account_id: int


class AccountUpdated(Event, frozen=True, kw_only=True):
    """The profile or its pictures changed: what shows it is out of date."""

    account_id: int


class AccountsCounted(Event, frozen=True, kw_only=True):
    """Counters that were put off in a surge are added up (graph/counting.py), or another server stated its own."""

    account_ids: list[int]


class AccountMoved(Event, frozen=True, kw_only=True):
    """The person uses another account from now on: followers are sent there."""

    account_id: int
    target_id: int
