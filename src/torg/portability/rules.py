"""Decisions about moving; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from torg.accounts.model import Account
from torg.kernel.errors import invalid

MOST_ALIASES = 20
COOLDOWN = timedelta(days=30)


def may_move(
    me: Account, target: Account | None, known_as: Sequence[str], my_uri: str, moved_at: datetime | None, now: datetime
) -> None:
    """Invalid (422) with the reason in `moved_to_uri` unless the target says that it is the same person's."""
    if target is None or not target.visible:
        raise invalid("moved_to_uri", "ERR_INVALID", "is not an account known here")
    if target.id == me.id:
        raise invalid("moved_to_uri", "ERR_INVALID", "cannot be the account itself")
    if target.moved_to_id is not None:
        raise invalid("moved_to_uri", "ERR_INVALID", "has moved away itself")
    if my_uri not in known_as:
        raise invalid("moved_to_uri", "ERR_INVALID", "is not set up with this account as an alias")
    if me.moved_to_id not in (None, target.id) and moved_at is not None and now - moved_at < COOLDOWN:
        raise invalid("moved_to_uri", "ERR_INVALID", f"can be changed only {COOLDOWN.days} days after the last move")
