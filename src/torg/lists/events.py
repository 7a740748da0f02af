"""What happens to lists: open streams of a list, and its owner's home timeline, have to look again."""

from __future__ import annotations

from torg.kernel.events import Event


class ListChanged(Event, frozen=True, kw_only=True):
    """Its title, rules or members changed, or it is gone. `account_id` is the owner."""

    account_id: int
    list_id: int
