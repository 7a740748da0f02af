"""The push job: one notice to one device, encrypted, tried again as the push service asks, given up when it is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog

from torg.engine import push
from torg.engine.worker import Again, Context, Handling
from torg.orgs import store as orgs
from torg.orgs.policies import session_seconds
from torg.push import store, telling

log = structlog.get_logger(__name__)


async def deliver(ctx: Context, payload: dict[str, Any]) -> None:
    """Push a notice (or, without one, a try) to a subscription; nothing if either is gone, or the news two days old."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if network is None:
            return
        longest, idle = session_seconds(network.settings)
        subscription = await store.get(tx, payload["subscription_id"], longest=longest, idle=idle)
        if subscription is None:
            return
        text = await telling.text(tx, ctx, network, subscription, payload["notice_id"])
    if text is None:
        return
    identity = ctx.services.identity
    result = await push.send(ctx.services.fetch, subscription.target, text, identity.vapid)
    if result.sent:
        return
    if result.retry or result.status == 408:
        wait = timedelta(seconds=result.retry_after) if result.retry_after else None
        raise Again(wait, result.reason) if wait else RuntimeError(result.reason)
    # Gone, or refused for good (an address that we may not call, a key of another server): it would never work.
    log.info("push subscription removed", subscription=subscription.id, status=result.status, reason=result.reason)
    async with ctx.tx() as tx:
        await store.remove(tx, subscription.id)


HANDLERS = {"push": Handling(run=deliver, attempts=8, timeout=60.0)}
