"""Answers on the ladder: where the installation stands, and the steps that led there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from torg.engine.postgres import Database, Tx
from torg.health import reads as health
from torg.surge import store
from torg.surge.model import REFUSED, Figures, Ladder, Refused, Standing, Step

MOST_STEPS = 50


async def standing(tx: Tx, figures: Figures | None = None) -> Standing:
    """Where the installation stands (a system transaction)."""
    ladder, rest = store.of(await store.looked(tx))
    behind = msgspec.convert(rest["behind"], dict[str, datetime])
    return Standing(ladder=ladder, behind=behind, counts_wait=rest["counts_wait"], figures=figures or {})


async def steps(tx: Tx, since: datetime) -> Sequence[Step]:
    """What happened since, the latest first (a system transaction)."""
    return await store.steps(tx, since, MOST_STEPS)


async def steps_since(db: Database, since: datetime) -> Sequence[Step]:
    """What happened since, the latest first: of the installation, whoever asks."""
    async with db.system() as tx:
        return await steps(tx, since)


async def refused(tx: Tx, since: datetime) -> Refused:
    """Posts that were answered with 503 since, as far as it is written down: once a minute (a system transaction)."""
    return Refused(*await health.happened(tx, REFUSED, since))


def words(ladder: Ladder) -> str:
    """For an operator: the rung, since when and why."""
    if ladder.held is not None:
        return f"{ladder.shown.word} (held; measured: rung {ladder.rung})"
    if ladder.rung == 0:
        return ladder.shown.word
    return f"{ladder.shown.word} since {ladder.since:%H:%M:%S} UTC ({ladder.cause})"
