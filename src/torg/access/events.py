"""What happens to logins."""

from __future__ import annotations

from torg.kernel.events import Event


class TokensRevoked(Event, frozen=True):
    """Access tokens of an account (None: of apps by themselves) are not valid any more."""

    account_id: int | None = None
