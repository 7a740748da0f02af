"""Answers: what trends in a network, with the reason, and the use of links per day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from torg.engine.postgres import Tx
from torg.graph.tags import DAYS, Day
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.ids import id_at
from torg.trends import actions, store
from torg.trends.model import Kind, Trend


async def trending(
    tx: Tx, actor: Actor, kind: Kind, *, limit: int, offset: int = 0, unseen: bool = True, everything: bool = False
) -> list[Trend]:
    """What trends now, the strongest first; computed anew if that was more than a minute ago.

    `unseen`: also what no moderator has looked at. `everything`: also what one rejected, for moderators.
    """
    await actions.refresh(tx, older_than=actions.FRESH)
    return await store.trending(
        tx, kind, actor.account_id, limit=limit, offset=offset, unseen=unseen, everything=everything
    )


async def link_histories(tx: Tx, card_ids: Sequence[int]) -> dict[int, list[Day]]:
    """The last seven days of each link, newest first, counting listed posts for everyone."""
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - timedelta(days=n) for n in range(DAYS)]
    used: dict[int, dict[datetime, Day]] = {}
    for row in await store.link_days(tx, card_ids, id_at(days[-1])) if card_ids else ():
        day = row["day"].replace(tzinfo=UTC)
        used.setdefault(row["card_id"], {})[day] = Day(day, row["uses"], row["accounts"])
    return {id_: [used.get(id_, {}).get(day, Day(day)) for day in days] for id_ in card_ids}
