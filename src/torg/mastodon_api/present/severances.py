"""Severance → Mastodon's RelationshipSeveranceEvent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torg.engine.postgres import Tx
from torg.graph import severances
from torg.graph.model import Severance
from torg.kernel.actor import Actor
from torg.kernel.clock import iso
from torg.mastodon_api import entities


def severance(found: Severance) -> entities.RelationshipSeveranceEvent:
    """What was lost with a server or an account (docs: entities/RelationshipSeveranceEvent)."""
    return entities.RelationshipSeveranceEvent(
        id=str(found.id),
        type=found.type,
        purged=found.purged,
        target_name=found.target_name,
        followers_count=found.followers_count,
        following_count=found.following_count,
        created_at=iso(found.created_at),
    )


async def by_ids(
    tx: Tx, actor: Actor, origin: str, ids: Sequence[int]
) -> Mapping[int, entities.RelationshipSeveranceEvent]:
    """For notices; nobody else's are shown."""
    return {id_: severance(found) for id_, found in (await severances.by_ids(tx, actor, ids)).items()}
