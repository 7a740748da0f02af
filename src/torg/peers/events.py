"""What happens to other servers as a whole."""

from __future__ import annotations

from torg.kernel.events import Event


class ServersLimited(Event, frozen=True, kw_only=True):
    """Accounts of these servers are hidden, heard less or shown again: what is remembered of homes is out of date."""

    hosts: list[str]
