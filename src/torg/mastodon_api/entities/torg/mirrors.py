"""Feeds that are mirrored into accounts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Datetime, Entity, Id

State = Annotated[str, Meta(pattern=r"^(active|stopped)$")]
Problem = Annotated[str, Meta(pattern=r"^(unreachable|refused|answer|unreadable|gone|dead|account|posts)$")]


class Mirror(Entity, kw_only=True):
    """`problem`: what was wrong at the last visit, `detail` in words. `told_by_hub`: news come at once (WebSub)."""

    id: Id
    account: Account
    url: str
    title: str
    state: State
    problem: Problem | None
    detail: str
    told_by_hub: bool
    checked_at: Datetime | None
    next_at: Datetime | None
    failing_since: Datetime | None
    created_at: Datetime
