"""Answers: what would go, before anything does."""

from __future__ import annotations

from torg.engine.postgres import Database, Tx
from torg.kernel.errors import NotFound
from torg.orgs.model import Network
from torg.retention import store
from torg.retention.model import Preview

MOST_TALLIES = 50


async def looked_ahead(
    db: Database,
    network: Network,
    *,
    days: int | None = None,
    message_days: int | None = None,
    group_id: int | None = None,
    after: int = 0,
    limit: int = 20,
) -> Preview:
    """The preview for an edge. Only a system transaction may ask what is held; every query names the network."""
    async with db.system() as tx:
        return await preview(
            tx, network, days=days, message_days=message_days, group_id=group_id, after=after, limit=limit
        )


async def preview(
    tx: Tx,
    network: Network,
    *,
    days: int | None = None,
    message_days: int | None = None,
    group_id: int | None = None,
    after: int = 0,
    limit: int = 20,
) -> Preview:
    """What a run would remove now (system transaction). `days`: as if the network, or the group, had these.

    NotFound for a group that the network does not have. `after` pages the examples by id.
    """
    if group_id is not None:
        own = await store.group_days(tx, network, group_id)
        if own is None:
            raise NotFound
        days = days or own[0] or network.settings.retention_days
    values = store.params(
        network,
        group=group_id,
        days=days or network.settings.retention_days,
        message_days=message_days or network.settings.message_retention_days,
    )
    row = await tx.one(store.SUMMARY, values)
    assert row is not None
    by_group, by_author = await store.tallies(tx, values, MOST_TALLIES)
    return Preview(
        days=values["days"],
        message_days=values["message_days"],
        total=row["total"],
        held=row["held"],
        oldest=row["oldest"],
        by_kind={kind: row[kind] for kind in ("post", "reply", "boost", "message")},
        by_group=by_group,
        by_author=by_author,
        files=row["files"],
        bytes=row["bytes"],
        examples=await store.examples(tx, values, after, limit),
    )
