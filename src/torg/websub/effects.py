"""What changes a feed, so that its subscribers are told: posts, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.websub import actions, rules

OPEN = ("everyone", "group")
HAS_SUBSCRIBERS = "EXISTS (SELECT FROM websub_subscriptions WHERE org_id = %(org)s AND network_id = %(network)s)"


async def posts_changed(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Published, edited or deleted: of those that a feed can show."""
    keys: set[str] = set()
    for one in happened:
        event = one.event
        if event.audience in OPEN:
            boost = getattr(event, "boost_of_id", None) is not None
            keys.update(rules.keys(event.account_id, event.group_id, event.tags, boost=boost))
    await actions.changed(tx, sorted(keys))


async def accounts_changed(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A profile or a moderator's act: the feed has another title, or there is none any more."""
    await actions.changed(tx, sorted({f"account:{one.event.account_id}" for one in happened}))
