"""The periodic job: one of the installation looks which networks have something to do, then one for each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog

from torg.engine import jobs
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.orgs import store as orgs
from torg.retention import actions

log = structlog.get_logger(__name__)

ALL = "retention.all"
ONE = "retention.network"
BUDGET = 60.0
"""Seconds after which a network's job makes room for others and goes on as a new job."""


async def for_all(ctx: Context, _: Any) -> None:
    """Job `retention.all`: put down a job for every network."""
    async with ctx.db.system() as tx:
        for network in await orgs.networks(tx):
            await jobs.enqueue(tx, ONE, None, key="retention", org_id=network.org_id, network_id=network.id)


async def for_one(ctx: Context, _: Any) -> None:
    """Job `retention.network`: remove what is due, for a minute at most."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
    if network is None:
        return
    removed = await actions.run(ctx.db, network, seconds=BUDGET)
    if removed.posts or removed.messages or removed.snapshots:
        log.info(
            "retention", host=network.host, posts=removed.posts, messages=removed.messages, snapshots=removed.snapshots
        )
    if not removed.finished:
        async with ctx.tx() as tx:
            await jobs.enqueue(tx, ONE, None, key="retention")


HANDLERS: dict[str, Handler | Handling] = {
    ALL: Handling(run=for_all, concurrency=1, attempts=3),
    ONE: Handling(run=for_one, concurrency=1, attempts=5, timeout=600),
}
PERIODIC = (Periodic(kind=ALL, every=timedelta(hours=6)),)
