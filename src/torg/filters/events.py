"""What happens to filters: open streams of the account are told to fetch them anew."""

from __future__ import annotations

from torg.kernel.events import Event


class FiltersChanged(Event, frozen=True, kw_only=True):
    account_id: int
