"""What happens to delegations."""

from __future__ import annotations

from torg.kernel.events import Event


class DelegationEnded(Event, frozen=True, kw_only=True):
    """A delegate may no longer act: tokens and streams that came of it end at once."""

    delegation_id: int
    account_id: int
    delegate_id: int
