"""What notices are about besides accounts and statuses: reports, warnings, collections, by type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.mastodon_api.present import collections, reports, severances
from torg.notices.model import Notice

Load = Callable[[Tx, Actor, str, Sequence[int]], Awaitable[Mapping[int, object]]]
"""Entities by id, of those that the reader may see."""

# Type → the attribute of Notification that holds it (docs: entities/Notification).
FIELDS = {
    "admin.report": "report",
    "severed_relationships": "event",
    "moderation_warning": "moderation_warning",
    "torg.appeal": "moderation_warning",
    "added_to_collection": "collection",
    "collection_update": "collection",
}

LOADERS: Mapping[str, Load] = {
    "added_to_collection": collections.by_ids,
    "admin.report": reports.reports_by_id,
    "collection_update": collections.by_ids,
    "moderation_warning": reports.warnings_by_id,
    "severed_relationships": severances.by_ids,
    "torg.appeal": reports.appeals_by_id,
}


async def load(tx: Tx, actor: Actor, origin: str, found: Sequence[Notice]) -> dict[tuple[str, int], object]:
    """The subjects of these notices by type and id."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for notice in found:
        if notice.type in LOADERS and notice.subject_id is not None:
            wanted[notice.type].append(notice.subject_id)
    loaded: dict[tuple[str, int], object] = {}
    for type_, ids in wanted.items():
        loaded.update({(type_, id_): it for id_, it in (await LOADERS[type_](tx, actor, origin, ids)).items()})
    return loaded
