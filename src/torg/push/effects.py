"""A new notice sets off one push job for each app that wants to be woken for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine import jobs
from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.push import store

JOB = "push"


async def wake(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Enqueue the pushes of new notices."""
    wanting = await store.wanting(
        tx, [(h.event.notice_id, h.event.account_id, h.event.type, h.event.from_id) for h in happened]
    )
    await jobs.enqueue_many(tx, JOB, wanting)
