"""What happens to cards."""

from __future__ import annotations

from torg.kernel.events import Event


class CardShown(Event, frozen=True, kw_only=True):
    """These posts show another card than before, or none: their rendered form is out of date."""

    post_ids: list[int]
    card_id: int | None = None
