"""Every kind of job and who does it, and what is done periodically, on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from torg.access import claims, grants, letters, resets
from torg.accounts import verify
from torg.announcements import upkeep as announcements
from torg.bridge import letters as bridge_letters
from torg.bridge import upkeep as guard
from torg.calendar import upkeep as calendar
from torg.compliance import exports as compliance
from torg.delegation import actions as delegation
from torg.delivery import upkeep as deliveries
from torg.digests import upkeep as digests
from torg.engine import relay
from torg.engine.worker import Context, GiveUp, Handler, Handling, Periodic
from torg.events import effects as event_pages
from torg.federation import processing
from torg.federation.outgoing import accounts as telling
from torg.federation.outgoing import creating
from torg.feeds import distribution as feeds
from torg.graph import counting as graph_counting
from torg.groups import actions as groups
from torg.groups import effects as group_effects
from torg.health import work as health
from torg.joining import actions as joining
from torg.joining import removing
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.media import trimming
from torg.media import upkeep as media
from torg.mirrors import work as mirrors
from torg.moderation import deletion
from torg.monitoring import work as monitoring
from torg.must_see import fanout as must_see
from torg.orgs import store as orgs
from torg.peers import copies, enforcement, pictures, purging, subscriptions
from torg.portability import erasing, importing, moving, my_data
from torg.posts import counting, polls, schedule
from torg.push import delivery as push
from torg.remote import actors
from torg.remote import upkeep as remote
from torg.responses import work as responses
from torg.retention import jobs as retention
from torg.serve import cards
from torg.signing import effects as signing
from torg.signing import gone
from torg.surge import actions as surge
from torg.trends import actions as trends


async def publish_scheduled(ctx: Context, payload: dict[str, Any]) -> None:
    """Publish a planned post whose time has come."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if network is not None:
            origin = f"{ctx.services.settings.scheme}://{network.host}"
            if await delegation.refuse_ended(tx, network, payload["id"]):
                return
            try:
                await schedule.publish_due(
                    tx, network, payload["id"], origin=origin, kept_back=bridge_letters.kept_back
                )
            except (Forbidden, Invalid, NotFound) as refused:  # moved away, out of the group: trying again is vain
                raise GiveUp(str(refused)) from refused


async def end_poll(ctx: Context, payload: dict[str, Any]) -> None:
    """Tell a poll's author and voters that it is over."""
    async with ctx.tx() as tx:
        await polls.end(tx, payload["poll_id"])


async def refresh_trends(ctx: Context, payload: Any) -> None:
    """Compute every network's trends, so that no reader waits for them."""
    await trends.refresh_all(ctx.db)


async def trim_log(ctx: Context, payload: Any) -> None:
    """Drop what the event log keeps no longer."""
    dropped = relay.TRIM_AT_ONCE
    while dropped == relay.TRIM_AT_ONCE:
        async with ctx.db.system() as tx:
            dropped = await relay.trim(tx)


async def sweep_access(ctx: Context, payload: Any) -> None:
    """Drop codes, sessions, mailed links and accounts that nobody confirmed whose time is over."""
    async with ctx.db.system() as tx:
        await grants.sweep(tx)
        await claims.sweep(tx)


HANDLERS: Mapping[str, Handler | Handling] = {
    deletion.FORGET_PERSON: deletion.forget_person,
    deletion.REMOVE_CONTENT: deletion.remove_content,
    groups.REMOVE_POSTS: group_effects.remove_posts,
    letters.JOB: letters.deliver,
    importing.IMPORT_DATA: importing.work_off,
    moving.MOVE_FOLLOWERS: moving.move_followers,
    processing.JOB: Handling(run=processing.process, attempts=8),
    "fetch_card": cards.fetch,
    "poll_end": end_poll,
    "refresh_trends": refresh_trends,
    "scheduled_post": publish_scheduled,
    "sweep_access": sweep_access,
    "sweep_pages": cards.sweep,
    "trim_log": trim_log,
    "verify_links": verify.verify_links,
    **announcements.HANDLERS,
    **calendar.HANDLERS,
    **compliance.HANDLERS,
    **deliveries.HANDLERS,
    **erasing.HANDLERS,
    **enforcement.HANDLERS,
    **feeds.HANDLERS,
    **pictures.HANDLERS,
    **purging.HANDLERS,
    **subscriptions.HANDLERS,
    **guard.HANDLERS,
    **health.HANDLERS,
    **joining.HANDLERS,
    **removing.HANDLERS,
    **resets.HANDLERS,
    **digests.HANDLERS,
    **event_pages.HANDLERS,
    **media.HANDLERS,
    **mirrors.HANDLERS,
    **trimming.HANDLERS,
    **copies.HANDLERS,
    **monitoring.HANDLERS,
    **must_see.HANDLERS,
    **my_data.HANDLERS,
    **push.HANDLERS,
    **actors.HANDLERS,
    **responses.HANDLERS,
    **remote.HANDLERS,
    **retention.HANDLERS,
    **signing.HANDLERS,
    **gone.HANDLERS,
    **telling.HANDLERS,
    **creating.HANDLERS,
    **counting.HANDLERS,
    **graph_counting.HANDLERS,
    **surge.HANDLERS,
}

PERIODIC: Sequence[Periodic] = (
    Periodic(kind="refresh_trends", every=timedelta(minutes=5)),
    Periodic(kind="sweep_access", every=timedelta(hours=6)),
    Periodic(kind="sweep_pages", every=timedelta(hours=6)),
    Periodic(kind="sweep_joining", every=timedelta(hours=6)),
    Periodic(kind="trim_log", every=timedelta(hours=1)),
    *guard.PERIODIC,
    *health.PERIODIC,
    *compliance.PERIODIC,
    *deliveries.PERIODIC,
    *digests.PERIODIC,
    *feeds.PERIODIC,
    *media.PERIODIC,
    *mirrors.PERIODIC,
    *trimming.PERIODIC,
    *monitoring.PERIODIC,
    *my_data.PERIODIC,
    *remote.PERIODIC,
    *responses.PERIODIC,
    *retention.PERIODIC,
    *gone.PERIODIC,
    *subscriptions.PERIODIC,
    *counting.PERIODIC,
    *graph_counting.PERIODIC,
    *surge.PERIODIC,
)
