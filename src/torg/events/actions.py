"""What one may do with event pages: make, change and delete them, decide about their posts."""

from __future__ import annotations

from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.events import reads, rules, store
from torg.events.model import EventPage, Plan, Verdict
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, NotFound, invalid
from torg.kernel.ids import new_id
from torg.moderation import log

BACKFILL = "event_backfill"


def may_direct(actor: Actor) -> bool:
    """Whether somebody makes and directs event pages: who speaks for the organisation."""
    return actor.may(Permission.BROADCAST) or actor.may(Permission.MANAGE_ANNOUNCEMENTS)


def _check(actor: Actor) -> None:
    if not may_direct(actor):
        raise Forbidden


async def create(tx: Tx, actor: Actor, plan: Plan) -> EventPage:
    """A new page; what was said before is gathered by a job. Invalid (ERR_TAKEN) for a slug that is there."""
    _check(actor)
    plan = rules.check(plan)
    id_ = new_id()
    if not await store.insert(tx, id_, actor.me, plan):
        raise invalid("slug", "ERR_TAKEN", "has already been taken")
    await log.record(tx, actor, "create", "event_page", id_, slug=plan.slug)
    await jobs.enqueue(tx, BACKFILL, {"slug": plan.slug}, key=plan.slug)
    return await reads.page(tx, plan.slug)


async def change(tx: Tx, actor: Actor, slug: str, plan: Plan) -> EventPage:
    """Change all but the slug. What the page has gathered stays; what fits now is gathered, too."""
    _check(actor)
    page = await reads.page(tx, slug)
    plan = rules.check(plan)
    await store.update(tx, page.id, plan)
    await log.record(tx, actor, "update", "event_page", page.id, slug=slug)
    await jobs.enqueue(tx, BACKFILL, {"slug": slug}, key=slug)
    return await reads.page(tx, slug)


async def delete(tx: Tx, actor: Actor, slug: str) -> None:
    """Delete a page; the posts are none of its business."""
    _check(actor)
    page = await reads.page(tx, slug)
    await store.delete(tx, page.id)
    await log.record(tx, actor, "destroy", "event_page", page.id, slug=slug)


async def decide(tx: Tx, actor: Actor, slug: str, post_id: int, verdict: Verdict) -> None:
    """Show, hide, pin or unpin a post of a page. 404 for one that is not of it."""
    _check(actor)
    page = await reads.page(tx, slug)
    if await store.entry(tx, page.id, post_id) is None:
        raise NotFound
    await store.decide(tx, page.id, post_id, rules.NEXT[verdict])
    await log.record(tx, actor, verdict, "event_entry", post_id, slug=slug)
