"""What the events of collections mean to those in them: news for `notices`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.notices import actions
from torg.notices.model import News


async def added(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Somebody put an account into a collection."""
    await actions.tell(tx, [
        News(to=h.event.target_id, type="added_to_collection", by=h.event.account_id, at=h.meta.created_at,
             source=f"{h.event.collection_id}:{h.meta.id}", subject_id=h.event.collection_id)
        for h in happened
    ])  # fmt: skip


async def updated(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A collection reads differently now, to everybody in it."""
    await actions.tell(tx, [
        News(to=member, type="collection_update", by=h.event.account_id, at=h.meta.created_at,
             source=f"{h.event.collection_id}:{h.meta.id}", subject_id=h.event.collection_id)
        for h in happened for member in h.event.member_ids
    ])  # fmt: skip
