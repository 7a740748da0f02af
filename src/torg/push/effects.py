"""A new notice sets off one push job for each app that wants to be woken for it."""

from __future__ import annotations

from typing import Any

from torg.engine import jobs
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.notices.events import NoticeCreated
from torg.push import store

JOB = "push"


async def wake(tx: Tx, ctx: Any, event: NoticeCreated, meta: Meta) -> None:
    """Enqueue the pushes of a notice."""
    wanting = await store.wanting(tx, event.account_id, event.type, event.from_id)
    await jobs.enqueue_many(tx, JOB, [{"subscription_id": id_, "notice_id": event.notice_id} for id_ in wanting])
