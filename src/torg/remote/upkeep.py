"""The jobs of what comes from other servers: parents of replies, whole threads, pins, totals, and what is forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.remote import keeping, notes, pins, threads, totals

SWEEP = "sweep_activities"
KEEP_SEEN = timedelta(days=14)
KEEP_WITHDRAWN = timedelta(days=30)
KEEP_REFRESHES = timedelta(days=1)


async def fetch_parent(ctx: Context, payload: dict[str, Any]) -> None:
    """Fetch what a reply from another server answers, or a quote again whose subject has come."""
    network = await _network(ctx)
    if network is not None:
        refresh = payload.get("refresh", False)
        await notes.fetch_parent(ctx.services, network, payload["uri"], payload["ancestors"], refresh=refresh)


async def complete_thread(ctx: Context, payload: dict[str, Any]) -> None:
    """Make a thread whole that a reader has opened."""
    network = await _network(ctx)
    if network is not None:
        await threads.complete(ctx.services, network, payload["refresh_id"])


async def gather_pins(ctx: Context, payload: dict[str, Any]) -> None:
    """See what an account of another server has pinned."""
    network = await _network(ctx)
    if network is not None:
        await pins.gather(ctx.services, network, payload["account_id"])


async def gather_totals(ctx: Context, payload: dict[str, Any]) -> None:
    """See how many posts and followers an account of another server has."""
    network = await _network(ctx)
    if network is not None:
        await totals.gather(ctx.services, network, payload["account_id"])


async def sweep(ctx: Context, payload: Any) -> None:
    """Forget ids of activities that nobody sends again."""
    async with ctx.db.system() as tx:
        await tx.run("DELETE FROM seen_activities WHERE seen_at < now() - %s::interval", (KEEP_SEEN,))
        await tx.run("DELETE FROM withdrawn WHERE withdrawn_at < now() - %s::interval", (KEEP_WITHDRAWN,))
        await tx.run("DELETE FROM thread_refreshes WHERE started_at < now() - %s::interval", (KEEP_REFRESHES,))


async def _network(ctx: Context) -> Network | None:
    async with ctx.tx() as tx:
        return await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)


HANDLERS: Mapping[str, Handler | Handling] = {
    notes.FETCH_PARENT: Handling(run=fetch_parent, concurrency=4, attempts=4),
    keeping.PINS: Handling(run=gather_pins, concurrency=2, attempts=2, timeout=90),
    keeping.TOTALS: Handling(run=gather_totals, concurrency=2, attempts=2, timeout=60),
    threads.JOB: Handling(run=complete_thread, concurrency=2, attempts=2),
    SWEEP: sweep,
}
PERIODIC: Sequence[Periodic] = (Periodic(kind=SWEEP, every=timedelta(hours=6)),)
