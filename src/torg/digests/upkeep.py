"""The jobs of digests: plan, write, follow defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from torg.digests import actions
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.orgs import store as orgs


async def plan(ctx: Context, payload: Any) -> None:
    """Every few minutes: those whose hour has come."""
    await actions.plan_due(ctx.db)


async def send(ctx: Context, payload: dict[str, Any]) -> None:
    """One member's digest of one period."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
    if network is not None:
        origin = f"{ctx.services.settings.scheme}://{network.host}"
        await actions.send(ctx.db, network, payload["account_id"], payload["period"], origin=origin)


async def follow_defaults(ctx: Context, payload: Any) -> None:
    """Every day: who has not chosen."""
    await actions.follow_defaults(ctx.db)


HANDLERS: Mapping[str, Handler | Handling] = {
    "plan_digests": plan,
    "digest_defaults": follow_defaults,
    actions.SEND: Handling(run=send, concurrency=2),
}
PERIODIC = (
    Periodic(kind="plan_digests", every=timedelta(minutes=5)),
    Periodic(kind="digest_defaults", every=timedelta(days=1)),
)
