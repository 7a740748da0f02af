"""What follows from acts by delegation: each has its line in the audit log."""

from __future__ import annotations

from typing import Any

from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.moderation import log
from torg.posts.events import DelegateActed


async def record(tx: Tx, ctx: Any, event: DelegateActed, meta: Meta) -> None:
    """Who really did it, for the log, whatever the by-line shows."""
    by = Actor(org_id=meta.org_id, network_id=meta.network_id, account_id=event.by_account_id)
    await log.record(tx, by, f"delegate_{event.act}", "Status", event.post_id, account_id=event.account_id)
