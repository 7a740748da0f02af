"""Digests: what a member chose."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import Datetime, Entity

Every = Annotated[str, Meta(pattern=r"^(off|daily|weekly)$")]


class DigestPlan(Entity, kw_only=True):
    """Mails about what was missed. `weekday`: 0 is Monday. `chosen`: by the member, else the network's default."""

    every: Every
    hour: int
    weekday: int
    time_zone: str
    chosen: bool
    next_at: Datetime | None
