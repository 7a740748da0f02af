"""Copies of other servers' files in an administrator's hands: what they take, what would go, and letting it go."""

from __future__ import annotations

from typing import Any

from torg.engine import jobs
from torg.engine.postgres import Database, Tx
from torg.engine.worker import Context, Handler, Handling
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, invalid
from torg.media import trimming, upkeep
from torg.media.trimming import Outlook, Usage
from torg.moderation import log
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.orgs.rules import MOST_DAYS

OFFICE = Permission.DEVOPS | Permission.MANAGE_SETTINGS
PRUNE = "media.prune"


async def look(db: Database, actor: Actor, network: Network, days: int | None = None) -> tuple[Usage, Outlook]:
    """What there is, and what would go of what nobody has looked at for so many days (None: as the settings say)."""
    _check(actor, days)
    chosen = network.settings.remote_media_days if days is None else days
    async with db.system() as tx:
        return await trimming.usage(tx, network), await trimming.outlook(tx, network, chosen)


async def prune(tx: Tx, actor: Actor, days: int) -> None:
    """Let it go, by a job; what is over the quota goes, too. Copies come back when somebody looks."""
    _check(actor, days)
    await jobs.enqueue(tx, PRUNE, {"days": days}, key=PRUNE)
    await log.record(tx, actor, "prune", "remote_media", actor.network_id, days=days)


def _check(actor: Actor, days: int | None) -> None:
    if not actor.may(OFFICE):
        raise Forbidden
    if days is not None and not 0 <= days <= MOST_DAYS:
        raise invalid("days", "ERR_INVALID", f"must be a number from 0 to {MOST_DAYS}")


async def prune_job(ctx: Context, payload: dict[str, Any]) -> None:
    """Job `media.prune`: as `torg media prune` does."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
    if network is not None:
        most = network.settings.remote_media_mb
        await trimming.trim(ctx.db, network, days=int(payload["days"]), megabytes=most)
        await upkeep.sweep(ctx.db, ctx.services.blobs)


HANDLERS: dict[str, Handler | Handling] = {PRUNE: Handling(run=prune_job, concurrency=1, attempts=3, timeout=1_800)}
