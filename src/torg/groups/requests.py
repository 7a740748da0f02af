"""Answering those who ask, by Mastodon's own follow requests: to follow oneself, or to join a group that one runs."""

from __future__ import annotations

from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.kernel.actor import Actor
from torg.moderation import log


async def authorize(tx: Tx, actor: Actor, asker_id: int) -> None:
    """Let somebody in who asks; what is done for a group is in the audit log, as by `members.authorize`."""
    group_id = await graph.authorize(tx, actor, asker_id)
    if group_id is not None:
        await log.record(tx, actor, "authorize", "group", group_id, account_id=str(asker_id))


async def reject(tx: Tx, actor: Actor, asker_id: int) -> None:
    """Turn somebody down who asks."""
    group_id = await graph.reject(tx, actor, asker_id)
    if group_id is not None:
        await log.record(tx, actor, "reject", "group", group_id, account_id=str(asker_id))
