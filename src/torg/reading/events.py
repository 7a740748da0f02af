"""What happens to marks."""

from __future__ import annotations

from torg.kernel.events import Event


class ReadMoved(Event, frozen=True, kw_only=True):
    """Somebody has read further (or gone back): his or her other devices show it. `place`: home, notifications …"""

    account_id: int
    place: str
    subject_id: int
    last_read_id: int
